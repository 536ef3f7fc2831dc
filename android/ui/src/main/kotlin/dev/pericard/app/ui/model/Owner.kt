package dev.pericard.app.ui.model

import androidx.compose.runtime.Immutable

/** Whose messages these are and where: one inbox is one person at one clinic. */
@Immutable
data class Owner(
    val person: Person,
    val clinic: Clinic,
    /** Which of several accounts at this clinic, from 1; nothing where it is the only one. */
    val number: Int? = null,
) : Unprinted() {
    /** The person's name; the clinic's where it names nobody, or while the account is sealed. */
    val name: String get() = person.name.ifEmpty { clinic.name }

    /** The number, where the name alone does not say whose this is: nobody is named, or two accounts act for them. */
    val toldApartBy: Int? get() = number.takeIf { person.name.isEmpty() || !person.isSelf }

    /** For whom one acts here, as they are called; nothing where these are one's own, or the name is not known. */
    val actsFor: String? get() = person.called.takeIf { !person.isSelf && it.isNotEmpty() }
}

/** A person whose records an account holds. */
@Immutable
data class Person(
    val id: String,
    /** As the clinic gives it; may be empty. */
    val name: String,
    val isSelf: Boolean = true,
    /** The colour that this person has everywhere: 0 for whoever signed in. */
    val color: Int = 0,
    /** The clinic lets something be written for them. */
    val canWrite: Boolean = true,
) : Unprinted() {
    val called: String get() = name.substringBefore(' ')
}

/** A place where one is a patient, as the app's maker configured it or as it was added. */
@Immutable
data class Clinic(
    val id: String,
    val name: String,
    /** The host of its web address. */
    val host: String,
    val kind: ClinicKind = ClinicKind.Clinic,
    /** From the app maker's configuration; nothing for a place that was added. */
    val phone: String? = null,
    /** The number for emergencies where it is. */
    val emergency: String = "112",
) : Unprinted()

enum class ClinicKind { Clinic, Pharmacy, Laboratory }
