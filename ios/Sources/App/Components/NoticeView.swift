import SwiftUI

/// One fact below the title of a notice.
struct Fact: Identifiable {
  let symbol: String
  let title: String
  let text: String
  var color = Palette.primary

  var id: String { title }
}

/// What happened, what it means, what to do.
struct NoticeView<Dock: View>: View {
  let symbol: String
  let title: String
  let text: String
  let facts: [Fact]
  var color = Palette.primary
  @ViewBuilder let dock: Dock

  @ScaledMetric(relativeTo: .title2) private var ring: CGFloat = 88

  var body: some View {
    ScrollView {
      VStack(spacing: Space.l) {
        Image(systemName: symbol)
          .font(.system(size: ring * 0.4))
          .foregroundStyle(color)
          .frame(width: ring, height: ring)
          .overlay(Circle().strokeBorder(color, lineWidth: 6))
          .accessibilityHidden(true)
        Text(title)
          .font(TypeScale.title)
          .foregroundStyle(Palette.text)
          .accessibilityAddTraits(.isHeader)
        if !text.isEmpty { Text(text).font(TypeScale.body).foregroundStyle(Palette.textSoft) }
        if !facts.isEmpty { Facts(facts: facts) }
        VStack(spacing: Space.s) { dock }.padding(.top, Space.s)
      }
      .multilineTextAlignment(.center)
      .padding(Space.gutter)
      .frame(maxWidth: Space.readMax)
      .frame(maxWidth: .infinity)
    }
    .background(Palette.surface)
  }
}

private struct Facts: View {
  let facts: [Fact]

  var body: some View {
    VStack(alignment: .leading, spacing: Space.l) {
      ForEach(facts) { fact in
        Label {
          VStack(alignment: .leading, spacing: Space.xs) {
            Text(fact.title).font(TypeScale.headline).foregroundStyle(Palette.text)
            Text(fact.text).font(TypeScale.support).foregroundStyle(Palette.textSoft)
          }
          .multilineTextAlignment(.leading)
        } icon: {
          Image(systemName: fact.symbol).foregroundStyle(fact.color).accessibilityHidden(true)
        }
        .accessibilityElement(children: .combine)
      }
    }
    .frame(maxWidth: .infinity, alignment: .leading)
    .padding(Space.l)
    .background(Palette.surfaceSunken, in: RoundedRectangle(cornerRadius: Radius.card, style: .continuous))
  }
}
