//! Polish.

use super::lexicon::{Kind, Lexicon};

pub(super) const LEXICON: Lexicon = Lexicon {
    tag: "pl",
    families: &[
        "Wiśniewska",
        "Żak",
        "Łuczak",
        "Dąbrowska",
        "Śliwa",
        "Jabłońska",
    ],
    months: [
        "stycznia",
        "lutego",
        "marca",
        "kwietnia",
        "maja",
        "czerwca",
        "lipca",
        "sierpnia",
        "września",
        "października",
        "listopada",
        "grudnia",
    ],
    ordinal: "",
    decimal: ',',
    specialties: &[
        "Kardiologia",
        "Medycyna rodzinna",
        "Endokrynologia",
        "Dermatologia",
        "Ortopedia",
    ],
    patient_greetings: &["Dzień dobry,", "Szanowni Państwo,", "Dobry wieczór,"],
    clinic_greetings: &[
        "Dzień dobry,",
        "Szanowna Pani, Szanowny Panie,",
        "Dzień dobry, dziękujemy za wiadomość.",
    ],
    patient_remarks: &[
        "Nie wiem, czy powinnam zadzwonić, czy napisać, ale mam nadzieję, że to dotrze do właściwej osoby.",
        "Od {count} dni wszystko zapisuję i mogę przesłać wyniki.",
        "Od {day} będę w podróży i chciałabym to załatwić wcześniej.",
        "Pod numerem {phone} niestety ciągle było zajęte.",
    ],
    office_remarks: &[
        "Proszę zabrać dowód osobisty i listę wszystkich przyjmowanych leków, także tych bez recepty.",
        "Jeśli {day} nie może Pani lub Pan przyjść, prosimy o wiadomość najpóźniej dzień wcześniej.",
        "Wiadomości czytamy w dni robocze od ósmej do siedemnastej i zwykle odpowiadamy w ciągu jednego dnia.",
        "Numer sprawy to {ref}; proszę go podać, dzwoniąc pod {phone}.",
    ],
    medical_remarks: &[
        "Przy gorączce powyżej 38,5 °C, bólu w klatce piersiowej lub duszności proszę nie czekać na odpowiedź, tylko wezwać pogotowie.",
        "Ulotka jest wśród dokumentów; rysunki na stronie {count} pokazują, jak to zrobić.",
        "Proszę samodzielnie nie zmieniać dawki, nawet przy dużo lepszym samopoczuciu.",
        "Lekarz rodzinny otrzymuje kopię tego listu, chyba że wyrazi Pani lub Pan sprzeciw.",
    ],
    patient_closes: &[
        "Z poważaniem\n{name}",
        "Pozdrawiam serdecznie\n{name}",
        "Dziękuję\n{name}",
    ],
    clinic_closes: &[
        "Z poważaniem\n{doctor}",
        "Z pozdrowieniami\nKlinika pod Lipami",
        "Życzę zdrowia\n{doctor}",
    ],
    thanks: &[
        (
            "Bardzo dziękuję, wszystko jasne. Do zobaczenia {day}!",
            "Bardzo proszę, do zobaczenia.",
        ),
        (
            "Co za ulga, dziękuję! 🙂",
            "Cieszymy się. Proszę pisać w razie potrzeby.",
        ),
        (
            "Zrozumiałam, dziękuję za szybką odpowiedź.",
            "Proszę bardzo. Zapisaliśmy to w dokumentacji pod numerem {ref}.",
        ),
    ],
    kinds: &[
        Kind {
            category: "appointment",
            desk: Some("Klinika pod Lipami, rejestracja"),
            topics: &["Wizyta {day}", "Wizyta u {doctor}"],
            openers: &[
                "zarezerwowaliśmy wizytę {day} o godzinie {time}, przyjmuje {doctor}. Wizyta potrwa około {count}0 minut; prosimy przyjść nieco wcześniej, żeby sprawdzić dane w rejestracji.",
                "musieliśmy przenieść wizytę: nowy termin to {day}, godzina {time}. Przepraszamy za kłopot.",
            ],
            exchanges: &[
                (
                    "czy można przyjść po południu? {day} pracuję do {time}.",
                    "przenieśliśmy wizytę na {time}, {day}.",
                ),
                (
                    "czy tym razem mam być na czczo?",
                    "do badania krwi tak: osiem godzin bez jedzenia, tylko woda. {medicine} można przyjąć jak zwykle.",
                ),
                (
                    "gdzie dokładnie mam się zgłosić? Ostatnio {count} minut szukałam gabinetu.",
                    "drugie piętro, gabinet 2{count}, wzdłuż zielonej linii od wejścia głównego.",
                ),
            ],
        },
        Kind {
            category: "laboratory",
            desk: None,
            topics: &["Wyniki badań", "{lab}: wynik z {past}"],
            openers: &[
                "są już wyniki badania krwi. {lab} wynosi {value} {unit}, trochę inaczej niż ostatnio, ale bez powodu do niepokoju. Chcę powtórzyć badanie za {count} tygodni.",
                "dobra wiadomość: wszystkie wyniki są w normie, {lab} {value} {unit}. Leczenie bez zmian, następna kontrola około {day}.",
            ],
            exchanges: &[
                (
                    "w aplikacji widzę {lab} {value} {unit}. Czy to za dużo w moim wieku?",
                    "{value} {unit} to wartość do przyjęcia. Działałbym dopiero, gdyby trwało to {count} miesięcy, i najpierw dietą.",
                ),
                (
                    "czy przeziębienie mogło zmienić wynik?",
                    "tak, infekcja wpływa czasem na {lab}. Powtórzymy badanie {day}, proszę przyjść przed {time}.",
                ),
                (
                    "co mogę sama zrobić, żeby poprawić {lab}?",
                    "pół godziny szybkiego marszu prawie codziennie, mniej soli, więcej warzyw i sen. Sprawdzimy po {day}.",
                ),
            ],
        },
        Kind {
            category: "medication",
            desk: None,
            topics: &["{medicine} {dose}: jak przyjmować", "Zmiana leków"],
            openers: &[
                "od {day} proszę przyjmować {medicine} {dose} raz dziennie, rano, popijając szklanką wody. Stare tabletki proszę oddać w aptece.",
            ],
            exchanges: &[
                (
                    "wczoraj zapomniałam o {medicine}. Czy wziąć dziś dwie?",
                    "nie, nigdy dwóch naraz. Pominięcie jednej dawki {dose} niczego nie zmienia.",
                ),
                (
                    "odkąd biorę {medicine}, kręci mi się w głowie przy wstawaniu.",
                    "to częste przez pierwsze {count} tygodnie. Proszę wstawać powoli i dwa razy dziennie mierzyć ciśnienie. Poniżej 100 proszę dzwonić: {phone}.",
                ),
                (
                    "w aptece dostałam inny lek zamiast {medicine}. Czy to to samo?",
                    "tak: substancja i dawka {dose} są te same, inne jest tylko opakowanie.",
                ),
            ],
        },
    ],
};
