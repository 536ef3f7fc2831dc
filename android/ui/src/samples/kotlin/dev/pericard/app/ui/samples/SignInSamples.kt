package dev.pericard.app.ui.samples

import dev.pericard.app.ui.app.Screen
import dev.pericard.app.ui.model.Problem
import dev.pericard.app.ui.signin.AccountCard
import dev.pericard.app.ui.signin.AddressProblem
import dev.pericard.app.ui.signin.AddressState
import dev.pericard.app.ui.signin.ClinicOffers
import dev.pericard.app.ui.signin.ClinicPageState
import dev.pericard.app.ui.signin.ClinicsState
import dev.pericard.app.ui.signin.Place
import dev.pericard.app.ui.signin.QrPicture
import dev.pericard.app.ui.signin.SignInState
import dev.pericard.app.ui.signin.Standing
import dev.pericard.app.ui.signin.Step
import dev.pericard.app.ui.signin.WaitReason
import dev.pericard.app.ui.signin.WelcomeState
import dev.pericard.app.ui.signin.Wrong
import java.time.Instant

private fun People.welcome(address: AddressState = AddressState()) = Screen.Welcome(
    WelcomeState(listOf(Place(linden, true), Place(harbour, true), Place(northlight, false)), address = address),
)

private fun People.signIn(step: Step, busy: Boolean = false, problem: Problem? = null, user: String = "ana.ferreira") =
    shows(welcome(), Screen.SignIn(SignInState(if (step == Step.Browser) northlight else linden, user, step, busy, problem)))

private val until = Instant.parse("2026-11-05T08:38:00Z")

internal val signInSamples: List<Sample> = listOf(
    Sample("01-welcome", "places") { shows(welcome()) },
    Sample("01-welcome", "address") { shows(welcome(AddressState(open = true, text = "https://portal.linden.example"))) },
    Sample("01-welcome", "notAPortal") {
        shows(welcome(AddressState(open = true, text = "https://linden.example", problem = AddressProblem.NotAPortal)))
    },
    Sample("01-welcome", "checking") {
        shows(welcome(AddressState(open = true, text = "https://portal.linden.example", checking = true)))
    },
    Sample("02-clinics", "accounts") {
        shows(
            home(),
            Screen.Clinics(
                ClinicsState(
                    listOf(
                        AccountCard("1", linden, listOf(ana, leo, teresa), Standing.Active(Instant.parse("2026-11-05T08:12:00Z"))),
                        AccountCard("2", harbour, listOf(ana), Standing.SignedOut),
                        AccountCard("3", northlight, listOf(ana), Standing.Active(Instant.parse("2026-11-04T18:40:00Z"))),
                    ),
                ),
            ),
        )
    },
    Sample("02-clinics", "troubles") {
        shows(
            home(),
            Screen.Clinics(
                ClinicsState(
                    listOf(
                        AccountCard("1", linden, listOf(ana), Standing.Lease),
                        AccountCard("2", harbour, listOf(ana.copy(name = "")), Standing.Unusable),
                        AccountCard("3", northlight, listOf(ana), Standing.Active(null)),
                    ),
                ),
            ),
        )
    },
    Sample("03-clinic", "offers") {
        shows(home(), Screen.OneClinic(ClinicPageState(northlight, ClinicOffers(true, false, true, false, false, true, false, true, true))))
    },
    Sample("03-clinic", "offline") { shows(home(), Screen.OneClinic(ClinicPageState(northlight, problem = Problem.Offline))) },
    Sample("03-clinic", "all") {
        shows(home(), Screen.OneClinic(ClinicPageState(linden, ClinicOffers(true, true, true, true, true, true, true, true, true, true))))
    },
    Sample("04-sign-in", "asked") { signIn(Step.Password()) },
    Sample("04-sign-in", "busy", typed = "correct horse") { signIn(Step.Password(), busy = true) },
    Sample("04-sign-in", "offline") { signIn(Step.Password(), problem = Problem.Offline) },
    Sample("04b-browser", "waiting") { signIn(Step.Browser) },
    Sample("05-sign-in-wrong", "triesLeft") { signIn(Step.Password(1, Wrong(3))) },
    Sample("05-sign-in-wrong", "unknown") { signIn(Step.Password(1, Wrong(null))) },
    Sample("06-code", "asked") { signIn(Step.Code(digits = 6, recovery = true)) },
    Sample("06-code", "typing", typed = "440") { signIn(Step.Code(digits = 6, recovery = true)) },
    Sample("06-code", "lengthUnknown", typed = "440 636") { signIn(Step.Code(digits = null, recovery = true)) },
    Sample("06-code", "recovery") { signIn(Step.RecoveryCode()) },
    Sample("06-code", "recoveryUnreadable") { signIn(Step.RecoveryCode(1, unreadable = true)) },
    Sample("07-code-wrong", "triesLeft") { signIn(Step.Code(1, Wrong(2), 6, recovery = true)) },
    Sample("08-wait", "wrongTries") { signIn(Step.Wait(until, remind = true)) },
    Sample("08-wait", "busy") { signIn(Step.Wait(until, WaitReason.Busy, hasHelp = false)) },
    Sample("09-enrol", "key") { signIn(Step.Enrol(qr, "M5ZGC2LOMVZXG5DP", 6)) },
    Sample("09-enrol", "wrong") { signIn(Step.Enrol(qr, "M5ZGC2LOMVZXG5DP", 6, 1, Wrong(4), canOpen = false)) },
    Sample("10-recovery-codes", "kept") { signIn(Step.RecoveryCodes(codes, kept = true)) },
    Sample("10-recovery-codes", "long") { signIn(Step.RecoveryCodes(codes.map { "$it-$it".lowercase() })) },
    Sample("10-recovery-codes", "notKept") { signIn(Step.RecoveryCodes(codes)) },
)

private val codes = listOf(
    "7QKD-M2XH", "B4WN-9TFC", "H6RP-K3VA", "2ZJM-8DQE", "X9CT-4LNB", "F3HV-7WGK", "M8AD-2PRJ", "K5TE-6XYQ",
)

/** An `otpauth:` address of nobody. */
private val qr: QrPicture = """
#######....##...#.#..##...#.#..#..#######
#.....#.#..#..####..#....##...#...#.....#
#.###.#.#.#....#.##..##..#.#...#..#.###.#
#.###.#.###.....#..#..#.#...##.##.#.###.#
#.###.#..##.##..#.##.###....#####.#.###.#
#.....#...#..#....#...#.....##....#.....#
#######.#.#.#.#.#.#.#.#.#.#.#.#.#.#######
........###.#####.#.#..##...#..##........
#.....#.#...#..#....#.#.##.#####.##..###.
...#.#.#...##########.##.###..###.####...
.###..##...###..#....##.#..#.#...#..####.
##..#...#...##.....#..##..#.#.##.###.#..#
.#.##.##.####....#.#....#..#....#.##.....
#..#....##.###.#.##.......#..####.#####..
.#.##.###..##..###..#########.#.......#..
#..#.#..#...#.#...#.#..#..#.#.##.##..##..
###..##..#...#####....##.####..##..#..###
#....#.#..#.#.#.#.######....#.#.######..#
...#.##..######..####..#.####.#####.#...#
#.#....####..#..#...##.##.#.#..###..##.#.
###...##.#...#.#..#####....#..#.....#..##
#...##.###..#.##...#..##.#.#.####..####..
##....#.##.#.#.####.###..###.#..#.#.##...
##.##..#.#..#..##...#.##..##.....##.#...#
##...###.####..##..#....##.#...#..###..#.
##.###.##.#.####.###...#...##..#...###..#
#.##..###..##.#.....#....#.##.....#......
##..#...#...#..#........#.##....#.#.#####
##..#.#...#..#..###...##.##..#.#...#.##..
#.#.#...#...####....#.#.##..#..##.#.#.##.
##...##.#...###..#..#.##.##.#..#..#...#.#
#......##.#.#.....###...#.###.......##.#.
#...#.#......##..#.#.....##..########.#..
........#..##..####....#.#.....##...#.#..
#######...##.....#..##...####.#.#.#.###..
#.....#...#..#..###.#.####..#.###...#....
#.###.#........#.#..####.#.#.########....
#.###.#..##.#.....########.##.##.#.....#.
#.###.#....#.###.##...#...##...######.#..
#.....#..####..#.#.##.#.#.###.#..#..#.#.#
#######.##.#.....#......####.#.#.##.###..
""".trim().lines().let { rows -> QrPicture(rows.size, rows.flatMap { row -> row.map { it == '#' } }) }
