import CYAML

/// A step of a YAML text as libyaml reports it, with its place.
struct Event {
  enum Kind {
    case documentStart, documentEnd, streamEnd
    case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    case scalar(String, isPlain: Bool)
    case alias(String)
    /// The start of the stream, which tells nothing.
    case other
  }

  let kind: Kind
  let anchor: String?
  let tag: String?
  let mark: YAMLMark
}

/// The owner of a libyaml parser and of the text it reads.
///
/// Events are used rather than libyaml's documents, so that limits of depth and number hold while
/// reading: loading a document of nested brackets takes time that grows with the square of its
/// depth.
final class EventReader {
  private let bytes: [UInt8]
  private let text: UnsafeMutableBufferPointer<UInt8>
  private let parser: UnsafeMutablePointer<yaml_parser_t>

  /// Starts reading a text, which must be valid UTF-8.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    text = .allocate(capacity: max(bytes.count, 1))
    _ = text.initialize(from: bytes)
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    let isReady = yaml_parser_initialize(parser)
    precondition(isReady == 1, "libyaml could not allocate its parser")
    yaml_parser_set_input_string(parser, text.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    text.deallocate()
  }

  /// Reads one step.
  ///
  /// - Throws: `YAMLError` where the text is no YAML; the reader is of no use after that.
  func next() throws -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      throw Fault(parser.pointee).error(in: bytes)
    }
    defer { yaml_event_delete(&event) }

    let data = event.data
    let mark = YAMLMark(event.start_mark)
    switch event.type {
    case YAML_DOCUMENT_START_EVENT: return plain(.documentStart, mark)
    case YAML_DOCUMENT_END_EVENT: return plain(.documentEnd, mark)
    case YAML_STREAM_END_EVENT: return plain(.streamEnd, mark)
    case YAML_SEQUENCE_END_EVENT: return plain(.sequenceEnd, mark)
    case YAML_MAPPING_END_EVENT: return plain(.mappingEnd, mark)
    case YAML_ALIAS_EVENT: return plain(.alias(string(data.alias.anchor) ?? ""), mark)
    case YAML_SEQUENCE_START_EVENT:
      return Event(
        kind: .sequenceStart, anchor: string(data.sequence_start.anchor),
        tag: string(data.sequence_start.tag), mark: mark)
    case YAML_MAPPING_START_EVENT:
      return Event(
        kind: .mappingStart, anchor: string(data.mapping_start.anchor),
        tag: string(data.mapping_start.tag), mark: mark)
    case YAML_SCALAR_EVENT:
      let scalar = data.scalar
      let value = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
      return Event(
        kind: .scalar(value, isPlain: isPlain), anchor: string(scalar.anchor),
        tag: string(scalar.tag), mark: mark)
    default: return plain(.other, mark)
    }
  }

  private func plain(_ kind: Event.Kind, _ mark: YAMLMark) -> Event {
    Event(kind: kind, anchor: nil, tag: nil, mark: mark)
  }

  private func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }
}

extension YAMLMark {
  /// The mark of libyaml, which counts from 0.
  init(_ mark: yaml_mark_t) {
    self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}
