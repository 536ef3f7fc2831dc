//! German.

use super::lexicon::{Kind, Lexicon};

pub(super) const LEXICON: Lexicon = Lexicon {
    tag: "de",
    families: &[
        "Brandt",
        "Lindner",
        "Yılmaz",
        "Vogel",
        "Schäfer",
        "Großmann",
        "Öztürk",
        "Hübner",
    ],
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    ordinal: ".",
    decimal: ',',
    specialties: &[
        "Kardiologie",
        "Hausarztpraxis",
        "Endokrinologie",
        "Dermatologie",
        "Orthopädie",
        "Gastroenterologie",
    ],
    patient_greetings: &[
        "Guten Tag,",
        "Guten Morgen,",
        "Liebes Praxisteam,",
        "Hallo,",
    ],
    clinic_greetings: &[
        "Guten Tag {name},",
        "Hallo {name},",
        "Guten Morgen {name},",
        "Guten Tag {name}, vielen Dank für Ihre Nachricht.",
    ],
    patient_remarks: &[
        "Ich wusste nicht, ob ich anrufen oder schreiben soll, und hoffe, es kommt bei Ihnen an.",
        "Seit {count} Tagen schreibe ich alles auf und kann Ihnen die Werte gern schicken.",
        "Ab dem {day} bin ich verreist und hätte das gern vorher geklärt.",
        "Unter {phone} war leider {count}-mal besetzt.",
        "Es eilt nicht, ich möchte es nur nicht vergessen.",
    ],
    office_remarks: &[
        "Bitte bringen Sie Ihre Versichertenkarte mit und eine Liste von allem, was Sie einnehmen, auch ohne Rezept Gekauftes.",
        "Wenn Sie am {day} nicht können, sagen Sie bitte spätestens am Vortag ab, damit jemand anderes den Termin bekommt.",
        "Wir lesen Nachrichten werktags von acht bis siebzehn Uhr und antworten meist innerhalb eines Arbeitstages.",
        "Ihr Zeichen ist {ref}; bitte nennen Sie es, wenn Sie uns unter {phone} anrufen.",
        "Wenn etwas unklar ist, fragen Sie bitte nach: Eine Frage zu viel hat noch niemandem geschadet.",
    ],
    medical_remarks: &[
        "Bei Fieber über 38,5 °C, Brustschmerzen oder Atemnot warten Sie bitte nicht auf eine Antwort hier, sondern rufen den Notruf.",
        "Das Merkblatt liegt bei Ihren Dokumenten; auf Seite {count} ist alles abgebildet.",
        "Bitte ändern Sie die Dosis nicht selbst, auch wenn es Ihnen viel besser geht.",
        "Trinken Sie ausreichend, und notieren Sie Ungewöhnliches mit der Uhrzeit.",
        "Ihre Hausarztpraxis erhält eine Kopie dieses Schreibens, sofern Sie nicht widersprechen.",
    ],
    patient_closes: &[
        "Mit freundlichen Grüßen\n{name}",
        "Viele Grüße\n{name}",
        "Danke und schöne Grüße\n{name}",
    ],
    clinic_closes: &[
        "Mit freundlichen Grüßen\n{doctor}",
        "Freundliche Grüße\nIhre Lindenklinik",
        "Alles Gute wünscht Ihnen\n{doctor}",
    ],
    thanks: &[
        (
            "Vielen Dank, damit ist alles beantwortet. Bis zum {day}!",
            "Gern, {name}. Wir sehen uns am {day}.",
        ),
        (
            "Da fällt mir ein Stein vom Herzen, danke! 🙂",
            "Das freut uns. Alles Gute, und schreiben Sie jederzeit wieder.",
        ),
        (
            "Verstanden, danke für die schnelle Antwort.",
            "Sehr gern. Wir haben es unter {ref} vermerkt.",
        ),
    ],
    kinds: &[
        Kind {
            category: "appointment",
            desk: Some("Lindenklinik, Terminvergabe"),
            topics: &[
                "Ihr Termin am {day}",
                "Termin bei {doctor}",
                "Kontrolluntersuchung",
            ],
            openers: &[
                "wir haben am {day} um {time} Uhr einen Termin bei {doctor} für Sie reserviert. Planen Sie etwa {count}0 Minuten ein und kommen Sie bitte etwas früher, weil die Anmeldung Ihre Angaben prüfen muss.",
                "Ihr letzter Besuch liegt ein halbes Jahr zurück, und {doctor} möchte Sie gern wiedersehen. Unser Vorschlag ist der {day} um {time} Uhr. Antworten Sie einfach hier, ob das passt.",
            ],
            exchanges: &[
                (
                    "ginge es auch am Nachmittag? Am {day} arbeite ich bis {time} Uhr.",
                    "wir haben Sie auf {time} Uhr am {day} verlegt. Der alte Termin ist wieder frei.",
                ),
                (
                    "muss ich diesmal nüchtern kommen?",
                    "für die Blutabnahme ja: acht Stunden vorher nichts essen und nur Wasser trinken. {medicine} nehmen Sie wie gewohnt.",
                ),
                (
                    "wohin genau muss ich? Letztes Mal stand ich {count} Minuten im falschen Flügel.",
                    "in den zweiten Stock, Zimmer 2{count}. Folgen Sie der grünen Linie; dort weiß man, dass Sie um {time} Uhr kommen.",
                ),
            ],
        },
        Kind {
            category: "laboratory",
            desk: None,
            topics: &[
                "Ihre Laborwerte",
                "{lab}: Ergebnis vom {past}",
                "Blutuntersuchung: was sie bedeutet",
            ],
            openers: &[
                "die Ergebnisse Ihrer Blutuntersuchung sind da. {lab} liegt bei {value} {unit}, etwas anders als zuletzt, aber kein Grund zur Sorge. Ich möchte in {count} Wochen noch einmal messen, um die Richtung zu sehen.",
                "gute Nachricht: Alle Werte liegen im erwarteten Bereich, {lab} bei {value} {unit}. Wir lassen die Behandlung, wie sie ist; die nächste Kontrolle steht um den {day} an.",
            ],
            exchanges: &[
                (
                    "in der App steht {value} {unit} für {lab}. Ist das in meinem Alter zu hoch?",
                    "{value} {unit} ist für Sie in Ordnung. Handeln würde ich erst, wenn es {count} Monate so bliebe, und dann zuerst über die Ernährung.",
                ),
                (
                    "kann der Wert falsch sein, weil ich erkältet war?",
                    "eine Erkältung verändert manche Werte, auch {lab}. Wir wiederholen es am {day}; kommen Sie einfach vor {time} Uhr.",
                ),
                (
                    "was kann ich selbst tun, damit {lab} besser wird?",
                    "eine halbe Stunde zügiges Gehen an den meisten Tagen bewirkt mehr, als man denkt. Weniger Salz, mehr Gemüse, genug Schlaf; nach dem {day} sehen wir weiter.",
                ),
            ],
        },
        Kind {
            category: "medication",
            desk: None,
            topics: &[
                "{medicine} {dose}: Einnahme",
                "Änderung Ihrer Medikamente",
                "Frage zu {medicine}",
            ],
            openers: &[
                "ab dem {day} nehmen Sie bitte einmal täglich {medicine} {dose}, morgens mit einem Glas Wasser. Die alten Tabletten brauchen Sie nicht mehr; geben Sie den Rest in einer Apotheke ab.",
                "ich bin Ihren Medikationsplan durchgegangen. {medicine} {dose} bleibt, das Mittel zur Nacht lassen wir {count} Wochen weg. Wenn Sie mehr als drei Nächte schlecht schlafen, schreiben Sie mir.",
            ],
            exchanges: &[
                (
                    "gestern habe ich {medicine} vergessen. Soll ich heute zwei nehmen?",
                    "nein, nie zwei auf einmal. Lassen Sie die vergessene weg und machen Sie weiter wie bisher.",
                ),
                (
                    "seit ich {medicine} nehme, wird mir beim Aufstehen schwindlig, meist vor {time} Uhr.",
                    "das kommt in den ersten {count} Wochen vor. Stehen Sie langsam auf und messen Sie zweimal täglich den Blutdruck. Fällt der obere Wert unter 100, rufen Sie {phone} an.",
                ),
                (
                    "die Apotheke gab mir statt {medicine} eine andere Marke. Ist das dasselbe?",
                    "ja: Wirkstoff und {dose} sind gleich, nur Schachtel und Farbe sind anders.",
                ),
            ],
        },
        Kind {
            category: "billing",
            desk: Some("Lindenklinik, Abrechnung"),
            topics: &["Rechnung {ref}", "Frage zur Rechnung {ref}"],
            openers: &[
                "anbei die Rechnung {ref} für Ihren letzten Besuch. Der Betrag von {amount} € ist am {day} fällig. Zahlt Ihre Versicherung direkt, brauchen Sie nichts zu tun.",
            ],
            exchanges: &[
                (
                    "ich glaube, {amount} € wurden doppelt berechnet.",
                    "Sie haben recht, bitte entschuldigen Sie. Wir haben die zweite Rechnung storniert; {amount} € sind bis zum {day} wieder auf Ihrem Konto.",
                ),
                (
                    "kann ich in {count} Raten zahlen?",
                    "ja, ohne Aufpreis. Die erste ist am {day} fällig; den Plan finden Sie unter {ref}.",
                ),
                (
                    "meine Versicherung möchte eine genauere Aufstellung.",
                    "sie liegt bei, mit Ziffern und Zeiten für jeden Posten. Der Betrag von {amount} € ist unverändert.",
                ),
            ],
        },
        Kind {
            category: "follow-up",
            desk: None,
            topics: &[
                "Wie geht es Ihnen nach dem Eingriff?",
                "Nach Ihrem Aufenthalt bei uns",
            ],
            openers: &[
                "vor {count} Tagen sind Sie nach Hause gegangen, und ich wüsste gern, wie es Ihnen geht. Ist die Wunde trocken? Brauchen Sie noch Schmerzmittel? Die Fäden ziehen wir am {day}.",
            ],
            exchanges: &[
                (
                    "um die Wunde ist es etwas rot, aber es tut nicht weh.",
                    "ein roter Rand von wenigen Millimetern ist am dritten Tag normal. Zeichnen Sie ihn mit einem Stift nach; geht die Rötung darüber hinaus, kommen Sie sofort, ohne Termin.",
                ),
                (
                    "wann darf ich wieder arbeiten? Ich stehe {count} Stunden am Tag.",
                    "ab dem {day}, zunächst halbe Tage. Eine Bescheinigung liegt bei Ihren Dokumenten.",
                ),
                (
                    "nachts wache ich noch vor Schmerzen auf.",
                    "nehmen Sie die zweite Tablette {count} Nächte lang erst um {time} Uhr. Wird es nicht besser, möchte ich Sie am {day} sehen.",
                ),
            ],
        },
    ],
};
