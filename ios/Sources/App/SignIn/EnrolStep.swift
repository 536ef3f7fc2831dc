import AppModel
import SwiftUI

/// Sets up the second step.
struct EnrolStep: View {
  let state: SignInState
  let step: Step.Enrol
  let events: any SignInEvents
  @State private var code = ""

  var body: some View {
    StepTitle(text: Words.enrolTitle)
    Text(Words.enrolText).font(TypeScale.body).foregroundStyle(Palette.textSoft)
    Text(Words.enrolOne).font(TypeScale.headline).accessibilityAddTraits(.isHeader)
    Text(Words.enrolScan).font(TypeScale.support).foregroundStyle(Palette.textSoft)
    QrView(picture: step.qr)
    Button(action: events.openAuthenticator) { Label(Words.enrolOpen, systemImage: Symbol.openApp) }.buttonStyle(.tonal)
    HStack {
      VStack(alignment: .leading) {
        Text(Words.enrolKey).font(TypeScale.support).foregroundStyle(Palette.textSoft)
        Text(inFours).font(TypeScale.body.monospaced()).environment(\.layoutDirection, .leftToRight)
      }
      .accessibilityElement(children: .combine)
      Spacer()
      Button(action: events.copyKey) { Label(Words.commonCopy, systemImage: Symbol.copy) }.buttonStyle(.quiet)
    }
    Text(Words.enrolTwo).font(TypeScale.headline).accessibilityAddTraits(.isHeader)
    CodeField(attempt: step.attempt, digits: step.digits, code: $code, onCode: events.code)
    if let wrong = step.wrong { WrongLine(text: wrong.codeWords, hint: Words.codeWrongHint) }
    Button(Words.enrolTurnOn) { events.code(code) }
      .buttonStyle(.primary(busy: state.busy))
      .disabled(state.busy || code.count < step.digits)
      .spoken(step.wrong?.codeWords)
  }

  private var inFours: String {
    stride(from: 0, to: step.key.count, by: 4).map { String(step.key.dropFirst($0).prefix(4)) }.joined(separator: " ")
  }
}

/// Black on white whatever the theme: scanners need the contrast.
struct QrView: View {
  let picture: QrPicture
  @ScaledMetric private var side: CGFloat = 200

  var body: some View {
    if picture.side > 0 {
      Canvas { context, size in
        let quiet = 4
        let module = size.width / CGFloat(picture.side + 2 * quiet)
        context.fill(Path(CGRect(origin: .zero, size: size)), with: .color(.white))
        for at in picture.dark.indices where picture.dark[at] {
          let (row, column) = (at / picture.side + quiet, at % picture.side + quiet)
          let square = CGRect(x: CGFloat(column) * module, y: CGFloat(row) * module, width: module, height: module)
          context.fill(Path(square), with: .color(.black))
        }
      }
      .frame(width: side, height: side)
      .accessibilityElement()
      .accessibilityLabel(Words.enrolQrA11y)
      .accessibilityAddTraits(.isImage)
    }
  }
}
