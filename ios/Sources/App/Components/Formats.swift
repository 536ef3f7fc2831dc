import AppModel
import Foundation
import Pericard

/// Dates and sizes as they are read.
enum Formats {
  /// The time of day alone.
  static func time(_ date: Date) -> String {
    date.formatted(date: .omitted, time: .shortened)
  }

  /// Short, for a row: the time of today, else the day.
  static func row(_ moment: Moment) -> String {
    let calendar = Calendar.autoupdatingCurrent
    switch moment.precision {
    case .instant where calendar.isDateInToday(moment.at): return time(moment.at)
    case .instant where calendar.isDateInYesterday(moment.at): return Words.dateYesterday
    case .instant: return moment.at.formatted(date: .abbreviated, time: .omitted)
    case .localTime: return DatePrecision.day.format(moment.at)
    case .year, .month, .day: return moment.precision.format(moment.at)
    }
  }

  /// The day over a part of a conversation.
  static func day(_ moment: Moment) -> String {
    switch moment.precision {
    case .instant: day(moment.at)
    case .localTime: DatePrecision.day.format(moment.at, style: .complete)
    case .year, .month, .day: moment.precision.format(moment.at, style: .complete)
    }
  }

  /// The day over a part of a list.
  static func day(_ date: Date) -> String {
    let calendar = Calendar.autoupdatingCurrent
    if calendar.isDateInToday(date) { return Words.dateToday }
    if calendar.isDateInYesterday(date) { return Words.dateYesterday }
    return date.formatted(date: .complete, time: .omitted)
  }

  /// The time in a bubble; nothing where it is not known.
  static func clock(_ moment: Moment) -> String {
    switch moment.precision {
    case .instant: return time(moment.at)
    case .localTime:
      var style = Date.FormatStyle(date: .omitted, time: .shortened)
      style.timeZone = .gmt
      return moment.at.formatted(style)
    case .year, .month, .day: return ""
    }
  }

  /// 3 November 2026, with no more than is known.
  static func date(_ moment: Moment) -> String {
    switch moment.precision {
    case .instant: moment.at.formatted(date: .long, time: .omitted)
    case .localTime: DatePrecision.day.format(moment.at, style: .long)
    case .year, .month, .day: moment.precision.format(moment.at, style: .long)
    }
  }

  /// The month over a part of a list; a year where no more is known.
  static func month(_ moment: Moment) -> String {
    if moment.precision == .year { return moment.precision.format(moment.at) }
    var style = Date.FormatStyle().month(.wide).year()
    // A date whose zone is not known is the same everywhere.
    if moment.precision != .instant { style.timeZone = .gmt }
    return moment.at.formatted(style)
  }

  /// Inside a sentence.
  static func sentence(_ date: Date) -> String {
    let calendar = Calendar.autoupdatingCurrent
    let time = time(date)
    if calendar.isDateInToday(date) { return Words.dateTodayAt(time: time) }
    if calendar.isDateInYesterday(date) { return Words.dateYesterdayAt(time: time) }
    return Words.dateOnAt(date: date.formatted(date: .long, time: .omitted), time: time)
  }

  static func full(_ date: Date) -> String {
    date.formatted(date: .long, time: .shortened)
  }

  static func size(_ bytes: Int) -> String {
    Int64(bytes).formatted(.byteCount(style: .file))
  }

  static func megabytes(_ bytes: Int) -> String {
    (Double(bytes) / 1_000_000).formatted(.number.precision(.fractionLength(0...1)))
  }
}
