import Pipelines
import Testing

@testable import rspipe

@Suite("Program")
struct ProgramTests {
  @Test(
    "a wrong command line ends with status 2 and one line",
    arguments: [
      (
        [],
        "missing command. Commands: \(HelpTextTests.names.joined(separator: ", ")). "
          + "See 'rspipe --help'"
      ),
      (["rnu"], "unknown command 'rnu'. Did you mean 'run'? See 'rspipe --help'"),
      (["xyzzy"], "unknown command 'xyzzy'. See 'rspipe --help'"),
      (["a.yaml"], "unknown command 'a.yaml'. To run a pipeline: rspipe run a.yaml"),
      (["help", "chekc"], "unknown command 'chekc'. Did you mean 'check'? See 'rspipe --help'"),
      (["run"], "missing PIPELINE. Usage: rspipe run PIPELINE [options]"),
      (["check", "a", "b"], "unexpected 'b'. Usage: rspipe check PIPELINE [options]"),
      (
        ["run", "a.yaml", "--threads", "0"],
        "'--threads' takes a whole number from 1 to 4096, found '0'"
      ),
      (["predict", "a.tif", "b.tif"], "missing '--model FILE'. See 'rspipe predict --help'"),
      (
        ["evaluate", "a", "b", "--classes", "x,"],
        "'--classes' takes NAME, VALUE=NAME or VALUE:CODE=NAME, found ''"
      ),
    ])
  func usage(_ arguments: [String], _ message: String) {
    #expect(
      CommandLineRun(arguments)
        == CommandLineRun(status: 2, output: "", errors: "rspipe: \(message)\n"))
  }

  @Test("an unknown instruction set is refused with those that there are")
  func instructionSet() throws {
    try Program.chooseInstructions(nil)
    try Program.chooseInstructions("")
    #expect {
      try Program.chooseInstructions("avx3")
    } throws: {
      "\($0)" == "the variable RSPIPE_ISA takes one of portable, avx2, avx512, found 'avx3'"
    }
  }

  @Test("an option in place of the command is named")
  func optionFirst() {
    #expect(
      CommandLineRun(["--quiet"]).errors
        == "rspipe: unknown option '--quiet'. It follows the command; see 'rspipe --help'\n")
  }

  @Test("the version is printed")
  func version() {
    #expect(
      CommandLineRun(["--version"])
        == CommandLineRun(status: 0, output: "rspipe \(Version.text)\n", errors: ""))
  }

  @Test("a missing input ends with status 3")
  func missingInput() {
    let cases = [
      ("no.yaml", "no.yaml: cannot read: No such file or directory"),
      ("no.tif", "no.tif: cannot open the raster: No such file or directory"),
      ("no.safetensors", "no.safetensors: cannot open the file: No such file or directory"),
    ]
    for (file, message) in cases {
      #expect(
        CommandLineRun(["info", file])
          == CommandLineRun(status: 3, output: "", errors: "rspipe: \(message)\n"))
    }
  }

  @Test("line breaks of names do not break the line of an error")
  func oneLine() {
    #expect(
      CommandLineRun(["describe", "a\nb"]).errors
        == "rspipe: nothing is called 'a b'. See 'rspipe describe'\n")
  }
}

/// The built program, in surroundings that tests within the process cannot have.
@Suite("Built program")
struct BuiltProgramTests {
  @Test("status and line are the same as within the process")
  func status() throws {
    let run = try CommandLineRun(program: ["run", "no.yaml"])
    #expect(
      run
        == CommandLineRun(
          status: 3, output: "",
          errors: "rspipe: no.yaml: cannot read: No such file or directory\n"))
    #expect(try CommandLineRun(program: ["rnu"]).status == 2)
    #expect(
      try CommandLineRun(program: ["describe", "dice"]) == CommandLineRun(["describe", "dice"]))
  }

  @Test("closed standard streams do no harm")
  func closedStreams() throws {
    #expect(try CommandLineRun(shell: "rspipe --version <&- 2>&-").status == 0)
    let closed = try CommandLineRun(shell: "rspipe --version >&-")
    #expect(closed.status == 1)
    #expect(closed.errors == "rspipe: cannot write to stdout: Bad file descriptor\n")
  }

  @Test("a reader that goes early is no error to speak of")
  func closedPipe() throws {
    // a process substitution that reads nothing has surely gone when it is waited for
    let run = try CommandLineRun(
      shell: "exec 3> >(exec true); wait $!; rspipe describe >&3; echo $?")
    #expect(run.output == "1\n")
    #expect(run.errors == "")
  }

  @Test("a full disk is told")
  func fullDisk() throws {
    let run = try CommandLineRun(shell: "rspipe describe > /dev/full")
    #expect(run.status == 1)
    #expect(run.errors == "rspipe: cannot write to stdout: No space left on device\n")
  }
}
