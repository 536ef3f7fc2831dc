package dev.pericard.app.ui.samples

import dev.pericard.app.ui.model.Clinic
import dev.pericard.app.ui.model.ClinicKind
import dev.pericard.app.ui.model.Moment
import dev.pericard.app.ui.model.Owner
import dev.pericard.app.ui.model.Person
import dev.pericard.app.ui.model.Precision
import dev.pericard.app.ui.words.Language
import java.time.Instant

/** Ana Ferreira and those who look after her, in the language that the sample is shown in. */
class People(val language: Language) {
    /** What others wrote comes in one language; Arabic has its own, so that its pictures run from right to left. */
    fun say(english: String, arabic: String): String = if (language == Language.Arabic) arabic else english

    val linden = Clinic("linden", say("Linden Clinic", "عيادة ليندن"), "portal.linden.example", phone = "555 0134")
    val harbour = Clinic(
        "harbour",
        say("Harbour Street Pharmacy", "صيدلية شارع الميناء"),
        "harbour.example",
        ClinicKind.Pharmacy,
        phone = "555 0177",
    )
    val northlight = Clinic("northlight", say("Northlight Laboratory", "مختبر نورثلايت"), "my.northlight.example", ClinicKind.Laboratory)

    val ana = Person("ana", say("Ana Ferreira", "آنا فيريرا"))
    val leo = Person("leo", say("Leo Ferreira", "ليو فيريرا"), isSelf = false, color = 1)
    val teresa = Person("teresa", say("Teresa Ferreira", "تيريزا فيريرا"), isSelf = false, color = 2)

    val owner = Owner(ana, linden)

    val nadia = say("Dr. Nadia Haddad", "د. نادية حداد")
    val tom = say("Nurse Tom Keller", "الممرض توم كيلر")
    val helena = say("Dr. Helena Vogt", "د. هيلينا فوغت")
    val amara = say("Amara Osei", "أمارا أوسي")
    val javier = say("Javier Ortega", "خافيير أورتيغا")
    val desk = say("Front desk", "الاستقبال")

    fun at(time: String) = Moment(Instant.parse(time))

    fun day(day: String) = Moment(Instant.parse("${day}T00:00:00Z"), Precision.Day)
}
