import AppModel
import SwiftUI

/// The initials of a name, or a sign where there is no name. Whoever is meant stands beside it in words.
struct Avatar: View {
  let name: String
  var color = Palette.surfaceSunken
  var ink = Palette.textSoft
  @ScaledMetric(relativeTo: .body) private var side: CGFloat = 44

  var body: some View {
    ZStack {
      Circle().fill(color)
      if initials.isEmpty {
        Image(systemName: Symbol.clinic)
      } else {
        Text(initials).font(TypeScale.label)
      }
    }
    .foregroundStyle(ink)
    .frame(width: side, height: side)
    .accessibilityHidden(true)
  }

  private var initials: String {
    let words = name.split(separator: " ").filter { $0.first?.isLetter == true && !$0.hasSuffix(".") }
    return [words.first, words.count > 1 ? words.last : nil].compactMap { $0?.first }.map(String.init).joined()
  }
}

/// A person in their own colour.
struct PersonAvatar: View {
  let person: AppModel.Person

  var body: some View {
    Avatar(name: person.name, color: person.colors.background, ink: person.colors.ink)
  }
}

extension AppModel.Person {
  /// The same everywhere in the app.
  fileprivate var colors: (background: Color, ink: Color) {
    switch color % 3 {
    case 0: (Palette.person1, Palette.onPerson1)
    case 1: (Palette.person2, Palette.onPerson2)
    default: (Palette.person3, Palette.onPerson3)
    }
  }
}

/// Whose inbox this is and where. It leads to the others.
struct OwnerChip: View {
  let owner: Owner
  let onChoose: @MainActor () -> Void

  var body: some View {
    Button(action: onChoose) {
      HStack(spacing: Space.s) {
        PersonAvatar(person: owner.person)
        VStack(alignment: .leading) {
          Text(owner.name).font(TypeScale.headline).foregroundStyle(Palette.text)
          if let under {
            Text(under).font(TypeScale.support).foregroundStyle(Palette.textSoft)
          }
        }
        Image(systemName: Symbol.expand).foregroundStyle(Palette.text)
      }
      .padding(.vertical, Space.xs)
    }
    .buttonStyle(.plain)
    .accessibilityElement(children: .ignore)
    .accessibilityLabel(Words.chipA11y(name: owner.name, clinic: place))
    .accessibilityAddTraits(.isButton)
  }

  /// The clinic; the account where the name alone does not say whose this is.
  private var under: String? {
    if let number = owner.toldApartBy { return Words.peopleAccount(which: number.formatted()) }
    return owner.name == owner.clinic.name ? nil : owner.clinic.name
  }

  private var place: String {
    guard let number = owner.number else { return owner.clinic.name }
    return Words.peopleAccountAt(clinic: owner.clinic.name, which: number.formatted())
  }
}

/// On each screen of somebody else whom the person acts for: whose it is, spoken before the rest.
struct ActingStrip: View {
  let owner: Owner

  var body: some View {
    if let name = owner.actsFor {
      let colors = owner.person.colors
      Label {
        Text("\(Text(Words.peopleStrip(name: name)).bold()) \(Words.peopleStripText(name: name))")
      } icon: {
        Image(systemName: Symbol.people)
      }
      .font(TypeScale.support)
      .foregroundStyle(colors.ink)
      .frame(maxWidth: .infinity, alignment: .leading)
      .padding(.horizontal, Space.gutter)
      .padding(.vertical, Space.s)
      .background(colors.background)
      .accessibilityElement(children: .combine)
      .accessibilitySortPriority(1)
    }
  }
}
