//! French.

use super::lexicon::{Kind, Lexicon};

pub(super) const LEXICON: Lexicon = Lexicon {
    tag: "fr",
    families: &[
        "Lefèvre",
        "Moreau",
        "Garnier",
        "Benoît",
        "Chevalier",
        "Désiré",
        "N'Diaye",
    ],
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    ordinal: "",
    decimal: ',',
    specialties: &[
        "Cardiologie",
        "Médecine générale",
        "Endocrinologie",
        "Dermatologie",
        "Orthopédie",
    ],
    patient_greetings: &["Bonjour,", "Bonjour Docteur,", "Madame, Monsieur,"],
    clinic_greetings: &[
        "Bonjour {name},",
        "Bonjour {name}, merci pour votre message.",
        "Cher patient, chère patiente,",
    ],
    patient_remarks: &[
        "Je ne savais pas s'il fallait appeler ou écrire ; j'espère que ce message arrivera à la bonne personne.",
        "Je note tout depuis {count} jours et je peux vous envoyer les chiffres.",
        "Je pars en voyage le {day} et j'aimerais régler cela avant.",
        "J'ai essayé le {phone}, mais la ligne était occupée.",
    ],
    office_remarks: &[
        "Merci d'apporter votre carte d'assuré et la liste de tout ce que vous prenez, y compris sans ordonnance.",
        "Si vous ne pouvez pas venir le {day}, prévenez-nous au moins la veille, pour que quelqu'un d'autre en profite.",
        "Nous lisons les messages du lundi au vendredi et répondons le plus souvent en un jour ouvré.",
        "Votre référence est {ref} ; indiquez-la si vous appelez le {phone}.",
    ],
    medical_remarks: &[
        "En cas de fièvre au-dessus de 38,5 °C, de douleur à la poitrine ou de difficulté à respirer, n'attendez pas notre réponse : appelez les urgences.",
        "La notice se trouve parmi vos documents ; les schémas de la page {count} montrent comment faire.",
        "Ne modifiez pas la dose de vous-même, même si vous vous sentez beaucoup mieux.",
        "Votre médecin traitant reçoit une copie de cette lettre, sauf si vous vous y opposez.",
    ],
    patient_closes: &[
        "Bien cordialement,\n{name}",
        "Merci d'avance,\n{name}",
        "Cordialement,\n{name}",
    ],
    clinic_closes: &[
        "Bien cordialement,\n{doctor}",
        "Avec nos meilleures salutations,\nla Clinique des Tilleuls",
        "Bon rétablissement,\n{doctor}",
    ],
    thanks: &[
        (
            "Merci beaucoup, tout est clair. À bientôt, le {day} !",
            "Avec plaisir, {name}. À bientôt.",
        ),
        (
            "Quel soulagement, merci ! 🙂",
            "Nous en sommes heureux. N'hésitez pas à nous écrire.",
        ),
        (
            "C'est noté, merci pour cette réponse rapide.",
            "Je vous en prie. C'est inscrit à votre dossier sous {ref}.",
        ),
    ],
    kinds: &[
        Kind {
            category: "appointment",
            desk: Some("Clinique des Tilleuls, rendez-vous"),
            topics: &["Votre rendez-vous du {day}", "Rendez-vous avec {doctor}"],
            openers: &[
                "Nous vous avons réservé le {day} à {time} un rendez-vous avec {doctor}. Prévoyez {count}0 minutes et arrivez un peu en avance, le temps de vérifier vos coordonnées à l'accueil.",
                "Votre rendez-vous est déplacé au {day} à {time}, car {doctor} opère ce jour-là. Nous vous prions de nous excuser.",
            ],
            exchanges: &[
                (
                    "Serait-il possible de venir l'après-midi ? Le {day}, je travaille jusqu'à {time}.",
                    "C'est fait : vous êtes attendu le {day} à {time}.",
                ),
                (
                    "Faut-il être à jeun cette fois ?",
                    "Pour la prise de sang, oui : rien à manger pendant huit heures, et seulement de l'eau. Prenez {medicine} comme d'habitude.",
                ),
                (
                    "Mon épouse peut-elle assister à la consultation ?",
                    "Bien sûr. Dites-le à l'infirmière en arrivant, qu'il y ait une seconde chaise.",
                ),
            ],
        },
        Kind {
            category: "laboratory",
            desk: None,
            topics: &["Vos résultats d'analyses", "{lab} : résultat du {past}"],
            openers: &[
                "Vos résultats sont arrivés. {lab} est à {value} {unit}, un peu différent de la dernière fois, mais sans gravité. Je souhaite le contrôler dans {count} semaines.",
                "Bonne nouvelle : toutes les valeurs sont dans la norme, {lab} à {value} {unit}. Nous gardons le traitement ; prochain contrôle vers le {day}.",
            ],
            exchanges: &[
                (
                    "J'ai vu {value} {unit} pour {lab}. Est-ce trop élevé à mon âge ?",
                    "{value} {unit}, c'est acceptable pour vous. Je n'agirais que si cela durait {count} mois, et d'abord par l'alimentation.",
                ),
                (
                    "Le résultat peut-il être faussé par mon rhume ?",
                    "Oui, une infection modifie parfois {lab}. Refaisons-le le {day}, avant {time}.",
                ),
                (
                    "Que puis-je faire moi-même pour améliorer {lab} ?",
                    "Une demi-heure de marche rapide presque chaque jour, moins de sel et un bon sommeil. Nous en reparlons après le {day}.",
                ),
            ],
        },
        Kind {
            category: "medication",
            desk: None,
            topics: &[
                "{medicine} {dose} : mode d'emploi",
                "Changement de traitement",
            ],
            openers: &[
                "À partir du {day}, prenez {medicine} {dose} une fois par jour, le matin, avec un verre d'eau. Rapportez les anciens comprimés à la pharmacie.",
            ],
            exchanges: &[
                (
                    "J'ai oublié {medicine} hier. Dois-je en prendre deux aujourd'hui ?",
                    "Non, jamais deux à la fois. Continuez comme d'habitude ; un oubli de {dose} est sans conséquence.",
                ),
                (
                    "Depuis que je prends {medicine}, j'ai la tête qui tourne le matin.",
                    "C'est fréquent les {count} premières semaines. Levez-vous lentement, buvez assez et prenez votre tension deux fois par jour. En dessous de 100, appelez le {phone}.",
                ),
                (
                    "La pharmacie m'a donné une autre marque que {medicine}. Est-ce la même chose ?",
                    "Oui : la substance et le dosage de {dose} sont identiques, seule la boîte change.",
                ),
            ],
        },
        Kind {
            category: "pharmacy",
            desk: Some("Clinique des Tilleuls, pharmacie"),
            topics: &["Votre ordonnance {ref}", "{medicine} : prêt à retirer"],
            openers: &[
                "Votre ordonnance {ref} est prête. Vous pouvez retirer {medicine} {dose} jusqu'au {day}, avec une pièce d'identité.",
            ],
            exchanges: &[
                (
                    "Puis-je avoir {count} boîtes d'un coup ? Je serai absent jusqu'au {day}.",
                    "Oui, {count} boîtes de {medicine} {dose} vous attendent sous {ref}. Reste à charge : {amount} €.",
                ),
                (
                    "Pourriez-vous livrer ? Je ne peux pas sortir en ce moment.",
                    "Notre livreur passe le {day} à partir de {time}. C'est gratuit pour les ordonnances.",
                ),
                (
                    "Comment conserver {medicine} par cette chaleur ?",
                    "En dessous de 25 degrés, dans sa boîte, ni dans la salle de bains ni dans la voiture.",
                ),
            ],
        },
    ],
};
