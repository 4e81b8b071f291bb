"""Peers that predict: PyTorch in five variants, ONNX Runtime, OpenVINO.

Every one has batch norms folded, takes float32 of one shape and computes on the same number of threads.
"""
import tempfile

import numpy as np
import torch

import networks

FP32 = ("torch_fp32", "torch_fp32_channels_last", "torch_fp32_compiled", "onnxruntime_fp32", "openvino_fp32")
BF16 = ("torch_bf16", "torch_bf16_compiled", "openvino_bf16")
NAMES = FP32 + BF16


class Torch:
    def __init__(self, network, shape, threads, dtype, channels_last, compiled):
        torch.set_num_threads(threads)
        self.format = torch.channels_last if channels_last else torch.contiguous_format
        self.dtype = dtype
        self.network = network.to(dtype).to(memory_format=self.format)
        if compiled:
            import torch._inductor.config as inductor
            inductor.freezing = True  # weights are constants, packed once
            self.network = torch.compile(self.network)

    def prepared(self, x):
        return torch.from_numpy(x).to(self.dtype).contiguous(memory_format=self.format)

    def run(self, x):
        with torch.no_grad():
            return self.network(x)

    def logits(self, y):
        return y.float().numpy()


class ONNXRuntime:
    def __init__(self, network, shape, threads):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
            torch.onnx.export(network, (torch.zeros(shape),), file.name, input_names=["x"], dynamo=False)
            self.session = onnxruntime.InferenceSession(file.name, options, providers=["CPUExecutionProvider"])

    def prepared(self, x):
        return np.ascontiguousarray(x)

    def run(self, x):
        return self.session.run(None, {"x": x})[0]

    def logits(self, y):
        return y


class OpenVINO:
    def __init__(self, network, shape, threads, precision):
        import openvino
        model = openvino.convert_model(network, example_input=torch.zeros(shape), input=list(shape))
        compiled = openvino.Core().compile_model(model, "CPU", {
            "INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"})
        self.request = compiled.create_infer_request()

    def prepared(self, x):
        return np.ascontiguousarray(x)

    def run(self, x):
        return self.request.infer({0: x}, share_inputs=True, share_outputs=True)[0]

    def logits(self, y):
        return y


def build(name, network, shape, threads):
    """The peer of this name, for input of this shape (N, 12, H, W)."""
    network = networks.folded(networks.build(network))
    if name.startswith("torch"):
        bf16 = "bf16" in name
        return Torch(network, shape, threads, torch.bfloat16 if bf16 else torch.float32,
                     channels_last=name != "torch_fp32", compiled="compiled" in name)
    if name == "onnxruntime_fp32":
        return ONNXRuntime(network, shape, threads)
    return OpenVINO(network, shape, threads, "bf16" if "bf16" in name else "f32")


def checked(name, peer, network, x):
    """Warms the peer up; its logits must be those of plain PyTorch, or it computes something else."""
    with torch.no_grad():
        expected = networks.folded(networks.build(network))(torch.from_numpy(x)).numpy()
    found = peer.logits(peer.run(peer.prepared(x)))
    error = np.abs(found - expected).max() / np.abs(expected).max()
    # bf16 has 8 bits; some dozen layers add up to a few per cent of the largest logit
    limit = 0.1 if "bf16" in name else 1e-3
    if not error < limit:
        raise ValueError(f"{name}: logits differ by {error:.2g} of the largest")
    return peer
