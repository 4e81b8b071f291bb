import Testing

@testable import rspipe

@Suite("Arguments")
struct ArgumentsTests {
  private static let size = Option("size", takes: .integer("N", 1...9), "A size.")
  private static let factor = Option("factor", takes: .number("X"), "A factor.")
  private static let name = Option("name", takes: .text("TEXT"), "A name.")
  private static let syntax = Syntax(
    "try", "Tries.",
    operands: [
      Operand("INPUT", count: 1...9, "Inputs."), Operand("OUTPUT", "The output."),
    ], options: [size, factor, name, .set, .quiet, .verbose])

  private func parsed(_ words: String...) throws -> Arguments {
    try Arguments(words, for: ArgumentsTests.syntax)
  }

  @Test("values follow a space or an equals sign, and may hold more of those")
  func values() throws {
    let arguments = try parsed(
      "--size", "4", "--set=a=b", "in", "--set", "c=d=e", "--name=", "out", "--factor", "-1e-4")
    #expect(arguments.integer(ArgumentsTests.size) == 4)
    #expect(arguments.texts(.set) == ["a=b", "c=d=e"])
    #expect(arguments.text(ArgumentsTests.name) == "")
    #expect(arguments.number(ArgumentsTests.factor) == -1e-4)
    #expect(arguments.operands("INPUT") == ["in"])
    #expect(arguments.operand("OUTPUT") == "out")
  }

  @Test("letters may be joined, and options that were not given are absent")
  func letters() throws {
    let arguments = try parsed("-qv", "in", "out")
    #expect(arguments.has(.quiet) && arguments.has(.verbose))
    #expect(!arguments.has(ArgumentsTests.size))
    #expect(arguments.integer(ArgumentsTests.size) == nil)
    #expect(arguments.texts(.set) == [])
  }

  @Test("two hyphens end the options, one alone is an operand")
  func end() throws {
    let arguments = try parsed("-", "--", "--size", "-q")
    #expect(arguments.operands("INPUT") == ["-", "--size"])
    #expect(arguments.operand("OUTPUT") == "-q")
  }

  @Test("the operand that may come several times takes what the others leave")
  func operands() throws {
    let arguments = try parsed("a", "b", "c", "out")
    #expect(arguments.operands("INPUT") == ["a", "b", "c"])
    #expect(arguments.operand("OUTPUT") == "out")
  }

  @Test("an operand that may be left out is empty then")
  func optionalOperand() throws {
    let syntax = Syntax("try", "Tries.", operands: [Operand("NAME", count: 0...1, "A name.")])
    #expect(try Arguments([], for: syntax).operands("NAME") == [])
    #expect(try Arguments(["a"], for: syntax).operands("NAME") == ["a"])
    #expect(syntax.usage == "rspipe try [NAME] [options]")
  }

  @Test("help is asked for by name or letter", arguments: ["--help", "-h", "-qh"])
  func help(_ word: String) {
    #expect(throws: HelpRequest.self) { try parsed("in", word) }
  }

  @Test(
    "mistakes are told in one line",
    arguments: [
      (["--sise", "4"], "unknown option '--sise'. Did you mean '--size'? See 'rspipe try --help'"),
      (["--zzzzz"], "unknown option '--zzzzz'. See 'rspipe try --help'"),
      (["-x"], "unknown option '-x'. See 'rspipe try --help'"),
      (["--size"], "'--size' needs a value: --size N"),
      (["--size", "--quiet"], "'--size' needs a value: --size N"),
      (["--quiet=yes"], "'--quiet' takes no value, found 'yes'"),
      (["--size", "x"], "'--size' takes a whole number from 1 to 9, found 'x'"),
      (["--size=0"], "'--size' takes a whole number from 1 to 9, found '0'"),
      (["--factor", "nan"], "'--factor' takes a number, found 'nan'"),
      (["--name", "a", "--name", "b"], "'--name' comes twice; give it once"),
      ([], "missing INPUT. Usage: rspipe try INPUT... OUTPUT [options]"),
      (["a"], "missing OUTPUT. Usage: rspipe try INPUT... OUTPUT [options]"),
      (
        ["1", "2", "3", "4", "5", "6", "7", "8", "9", "out", "more"],
        "unexpected 'more'. Usage: rspipe try INPUT... OUTPUT [options]"
      ),
    ])
  func mistakes(_ words: [String], _ message: String) {
    let error = #expect(throws: ArgumentError.self) {
      try Arguments(words, for: ArgumentsTests.syntax)
    }
    #expect(error?.description == message)
  }
}
