import Testing

@testable import Rasters

struct DayTests {
  @Test("Days are counted from 1970 on, over leap years, however the date is written")
  func numbers() {
    #expect(Day.number("1970-01-01") == 0)
    #expect(Day.number("1969-12-31") == -1)
    // 30 years, of which 7 leap years (1972 … 1996), then 31 + 29 days
    #expect(Day.number("2000-03-01") == 30 * 365 + 7 + 60)
    #expect(Day.number("2100-03-01") == 130 * 365 + 32 + 59)
    #expect(Day.number("2023/09/14") == Day.number("20230914"))
    #expect(Day.number("2024-03-01 12:00:00")! - Day.number("2024-02-28")! == 2)
  }

  @Test("What is no day has no number")
  func none() {
    for text in ["", "2023-02-29", "1900-02-29", "2023-13-01", "2023-04-31", "soon"] {
      #expect(Day.number(text) == nil)
    }
  }
}
