import AppModel
import Pericard

extension MeasuredValue {
  /// In words and figures, without its unit.
  func words(_ clinic: String) -> String {
    switch self {
    case .amount(let text, _), .words(let text): text
    case .yesNo(let yes): yes ? Words.labYes : Words.labNo
    case .absent(let why): why.isEmpty ? Words.labNoValue : why
    case .unsupported: Words.labUnsupported(clinic: clinic)
    }
  }

  var unit: String { if case .amount(_, let unit) = self { unit } else { "" } }
}

extension Reading {
  /// In the usual range, 3.5 to 5.3: one sentence, and no more than the range says.
  var words: String {
    switch place {
    case .inside:
      switch (low?.text, high?.text) {
      case (let low?, let high?): Words.labIn(low: low, high: high)
      case (let low?, nil): Words.labInFrom(low: low)
      case (nil, let high): Words.labInUpTo(high: high ?? "")
      }
    case .littleAbove: Words.labAbove(high: high?.text ?? "")
    case .littleBelow: Words.labBelow(low: low?.text ?? "")
    case .far: Words.labFar
    case nil: Words.labUsual(range: rangeWords(low?.text, high?.text))
    }
  }
}

private func rangeWords(_ low: String?, _ high: String?) -> String {
  switch (low, high) {
  case (let low?, let high?): Words.labRangeOf(low: low, high: high)
  case (let low?, nil): Words.labRangeFrom(low: low)
  case (nil, let high): Words.labRangeUpTo(high: high ?? "")
  }
}

extension GivenRange {
  fileprivate var sentence: String {
    let text = low == nil && high == nil ? words : rangeWords(low, high)
    return whom.isEmpty ? Words.labUsual(range: text) : Words.labUsualWhom(whom: whom, range: text)
  }
}

extension Says {
  fileprivate var sentence: String? {
    let said = text.isEmpty ? flag.words : text
    return said.map { Words.labSays(text: $0) }
  }
}

extension LabFlag {
  fileprivate var words: String? {
    switch self {
    case .normal: Words.labFlagUsual
    case .abnormal: Words.labFlagUnusual
    case .criticallyAbnormal: Words.labFlagVeryUnusual
    case .high: Words.labFlagHigh
    case .criticallyHigh: Words.labFlagVeryHigh
    case .low: Words.labFlagLow
    case .criticallyLow: Words.labFlagVeryLow
    case .positive: Words.labFlagPositive
    case .negative: Words.labFlagNegative
    case .susceptible: Words.labFlagWorks
    case .intermediate: Words.labFlagBetween
    case .resistant: Words.labFlagWorksNot
    case .other: nil
    }
  }
}

extension Measured {
  /// What is said under a value: where it lies, else its ranges and what the laboratory says.
  var sentences: [String] {
    // The sentence about the range says the same as a mark without words.
    let said = reading?.place == nil ? says : says.filter { !$0.text.isEmpty }
    return [reading?.words].compactMap(\.self) + ranges.map(\.sentence) + said.compactMap(\.sentence)
  }
}

extension Development {
  var words: String {
    let date = Formats.date(at)
    return switch to {
    case .lower: Words.labTrendLower(value: before, date: date)
    case .higher: Words.labTrendHigher(value: before, date: date)
    case .same: Words.labTrendSame(date: date)
    }
  }
}

extension LabStanding {
  var words: String? {
    switch self {
    case .final: nil
    case .preliminary: Words.labPreliminary
    case .corrected: Words.labCorrected
    case .registered: Words.labRegistered
    }
  }

  var explained: String? {
    switch self {
    case .final: nil
    case .preliminary: Words.labPreliminaryText
    case .corrected: Words.labCorrectedText
    case .registered: Words.labRegisteredText
    }
  }
}

extension PlotPoint {
  /// What is known of it beside its value and date.
  var notes: [String] {
    [
      isInside.map { $0 ? Words.labLegendIn : Words.labLegendOut }, standing.words,
      converted ? Words.labConverted : nil,
    ]
    .compactMap(\.self)
  }
}
