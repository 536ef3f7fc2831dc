import SwiftUI

/// A row that leads on, with a line under its title.
struct GroupRow: View {
  let title: String
  var text: String?
  let symbol: String
  var color = Palette.primary
  var titleColor = Palette.text
  var textColor = Palette.textSoft
  /// What it leads to; nothing for a deed.
  var leads: String? = Symbol.forward
  let action: @MainActor () -> Void

  var body: some View {
    Button(action: action) {
      HStack {
        Label {
          VStack(alignment: .leading, spacing: Space.xs) {
            Text(title).font(TypeScale.body).foregroundStyle(titleColor)
            if let text { Text(text).font(TypeScale.support).foregroundStyle(textColor) }
          }
        } icon: {
          Image(systemName: symbol).foregroundStyle(color)
        }
        Spacer()
        if let leads { Image(systemName: leads).foregroundStyle(Palette.textSoft).accessibilityHidden(true) }
      }
      .accessibilityElement(children: .combine)
    }
  }
}
