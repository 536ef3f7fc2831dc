public import Pericard

/// A screen over the records of whoever is looked at.
public enum RecordPlace: Hashable, Sendable {
  case documents
  case document(DocumentID)
  case labs
  case report(LabReportID)
  case result(LabResultID)
}
