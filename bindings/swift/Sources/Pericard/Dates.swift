public import Foundation

extension DatePrecision {
  /// A date as the person reads it, with the parts that are known and no others.
  ///
  /// Only a moment is told in `timeZone`. A year, a month or a day is the same everywhere, and a time whose zone is not
  /// known stays as the clinic wrote it. `style` is how long a day is written.
  public func format(
    _ date: Date, style: Date.FormatStyle.DateStyle = .abbreviated, locale: Locale = .autoupdatingCurrent,
    timeZone: TimeZone = .autoupdatingCurrent
  ) -> String {
    let zone = self == .instant ? timeZone : .gmt
    var calendar = locale.calendar
    calendar.timeZone = zone
    let format = { (day: Date.FormatStyle.DateStyle?, time: Date.FormatStyle.TimeStyle?) in
      Date.FormatStyle(date: day, time: time, locale: locale, calendar: calendar, timeZone: zone)
    }
    return switch self {
    case .year: date.formatted(format(nil, nil).year())
    case .month: date.formatted(format(nil, nil).year().month(.wide))
    case .day: date.formatted(format(style, .omitted))
    case .localTime, .instant: date.formatted(format(style, .shortened))
    }
  }
}

extension Message {
  /// When this message was sent; see ``DatePrecision/format(_:style:locale:timeZone:)``.
  public func formattedDate(
    style: Date.FormatStyle.DateStyle = .abbreviated, locale: Locale = .autoupdatingCurrent,
    timeZone: TimeZone = .autoupdatingCurrent
  ) -> String {
    precision.format(at, style: style, locale: locale, timeZone: timeZone)
  }
}

extension MessageThread {
  /// When the last message of this thread was sent; see ``DatePrecision/format(_:style:locale:timeZone:)``.
  public func formattedLastDate(
    style: Date.FormatStyle.DateStyle = .abbreviated, locale: Locale = .autoupdatingCurrent,
    timeZone: TimeZone = .autoupdatingCurrent
  ) -> String {
    lastPrecision.format(lastAt, style: style, locale: locale, timeZone: timeZone)
  }
}

extension LabReport {
  /// When this report was true of the person; see ``DatePrecision/format(_:style:locale:timeZone:)``.
  public func formattedDate(
    style: Date.FormatStyle.DateStyle = .abbreviated, locale: Locale = .autoupdatingCurrent,
    timeZone: TimeZone = .autoupdatingCurrent
  ) -> String {
    precision.format(at, style: style, locale: locale, timeZone: timeZone)
  }
}

extension LabResult {
  /// When this result was true of the person; see ``DatePrecision/format(_:style:locale:timeZone:)``.
  public func formattedDate(
    style: Date.FormatStyle.DateStyle = .abbreviated, locale: Locale = .autoupdatingCurrent,
    timeZone: TimeZone = .autoupdatingCurrent
  ) -> String {
    precision.format(at, style: style, locale: locale, timeZone: timeZone)
  }
}

extension LabPoint {
  /// When this point of a trend was true of the person; see ``DatePrecision/format(_:style:locale:timeZone:)``.
  public func formattedDate(
    style: Date.FormatStyle.DateStyle = .abbreviated, locale: Locale = .autoupdatingCurrent,
    timeZone: TimeZone = .autoupdatingCurrent
  ) -> String {
    precision.format(at, style: style, locale: locale, timeZone: timeZone)
  }
}

extension Document {
  /// Of when this document is; see ``DatePrecision/format(_:style:locale:timeZone:)``.
  public func formattedDate(
    style: Date.FormatStyle.DateStyle = .abbreviated, locale: Locale = .autoupdatingCurrent,
    timeZone: TimeZone = .autoupdatingCurrent
  ) -> String {
    precision.format(at, style: style, locale: locale, timeZone: timeZone)
  }
}
