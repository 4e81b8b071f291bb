import Engine
import Glibc
import Testing

@testable import Training

struct DistillationTests {
  private func values(_ count: Int, seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in 2 * generator.normal() }
  }

  @Test(arguments: [1, 2, 4], [0.5, 1, 3])
  func theGradientIsTheSlopeOfTheValue(classes: Int, temperature: Double) {
    let loss = Distillation(temperature: temperature)
    var student = values(5 * classes, seed: 1)
    let teacher = values(5 * classes, seed: 2)
    let keep = [true, true, false, true, true]
    func value() -> Double {
      loss.evaluate(student: student, teacher: teacher, classes: classes, keep: keep).value
    }
    let found = loss.evaluate(student: student, teacher: teacher, classes: classes, keep: keep)
    #expect(found.value > 0.01)
    for index in student.indices {
      let z = student[index]
      student[index] = z + 1e-5
      let above = value()
      student[index] = z - 1e-5
      let below = value()
      student[index] = z
      #expect(abs((above - below) / 2e-5 - found.gradient[index]) < 1e-9)
    }
    #expect(found.gradient[2 * classes..<3 * classes].allSatisfy { $0 == 0 })
  }

  @Test func aStudentLikeItsTeacherLearnsNothing() {
    let logits = values(12, seed: 3)
    let found = Distillation(temperature: 2).evaluate(
      student: logits, teacher: logits.map { $0 + 5 }, classes: 4)
    #expect(abs(found.value) < 1e-15 && found.gradient.allSatisfy { abs($0) < 1e-15 })
  }

  @Test func oneChannelIsTwoClassesOfWhichOneHasNoLogit() {
    let (student, teacher) = (values(6, seed: 4), values(6, seed: 5))
    let loss = Distillation(temperature: 1.5)
    let one = loss.evaluate(student: student, teacher: teacher, classes: 1)
    let two = loss.evaluate(
      student: student.flatMap { [0, $0] }, teacher: teacher.flatMap { [0, $0] }, classes: 2)
    #expect(abs(one.value - two.value) < 1e-14)
    for pixel in 0..<6 { #expect(abs(one.gradient[pixel] - two.gradient[2 * pixel + 1]) < 1e-14) }
  }

  @Test func whatIsNotKeptMayBeAnything() {
    let found = Distillation(temperature: 1).evaluate(
      student: [.nan, 1e300], teacher: [0, 0], classes: 2, keep: [false])
    #expect(found.value == 0 && found.gradient == [0, 0])
    let extreme = Distillation(temperature: 1).evaluate(
      student: [500, -500], teacher: [-500, 500], classes: 2)
    #expect(extreme.value.isFinite && extreme.gradient.allSatisfy { $0.isFinite })
  }
}
