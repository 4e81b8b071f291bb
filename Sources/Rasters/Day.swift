/// Days of the calendar as numbers, for distances between dates.
public enum Day {
  /// The number of days from 1970-01-01 to a date (Gregorian calendar, before it negative).
  ///
  /// The date is written in any way that `Raster.day` takes; nil if it is none, such as 2023-02-30.
  public static func number(_ text: String) -> Int? {
    guard let parts = Raster.day(text)?.split(separator: "-").compactMap({ Int($0) }),
      parts.count == 3
    else { return nil }
    let (year, month, day) = (parts[0], parts[1], parts[2])
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[month - 1] else { return nil }
    let past = year - 1
    let days = 365 * past + past / 4 - past / 100 + past / 400
    return days + lengths[..<(month - 1)].reduce(0, +) + day - 719_163
  }
}
