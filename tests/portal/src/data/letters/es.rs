//! Spanish.

use super::lexicon::{Kind, Lexicon};

pub(super) const LEXICON: Lexicon = Lexicon {
    tag: "es",
    families: &[
        "Ibáñez",
        "Cordero",
        "Núñez",
        "Salgado",
        "Peña",
        "Echeverría",
    ],
    months: [
        "de enero",
        "de febrero",
        "de marzo",
        "de abril",
        "de mayo",
        "de junio",
        "de julio",
        "de agosto",
        "de septiembre",
        "de octubre",
        "de noviembre",
        "de diciembre",
    ],
    ordinal: "",
    decimal: ',',
    specialties: &[
        "Cardiología",
        "Medicina de familia",
        "Endocrinología",
        "Dermatología",
        "Traumatología",
    ],
    patient_greetings: &["Buenos días:", "Hola:", "Buenas tardes:"],
    clinic_greetings: &[
        "Hola, {name}:",
        "Buenos días, {name}:",
        "Hola, {name}, gracias por escribirnos.",
    ],
    patient_remarks: &[
        "No sabía si llamar o escribir; espero que le llegue a la persona adecuada.",
        "Llevo {count} días apuntándolo todo y puedo enviarle los valores.",
        "Salgo de viaje el {day} y me gustaría dejarlo resuelto antes.",
        "He llamado al {phone}, pero comunicaba todo el tiempo.",
    ],
    office_remarks: &[
        "Traiga, por favor, su tarjeta sanitaria y una lista de todo lo que toma, también lo que compra sin receta.",
        "Si no puede venir el {day}, avísenos como muy tarde el día anterior para que otra persona aproveche la hora.",
        "Leemos los mensajes de lunes a viernes y solemos contestar en un día laborable.",
        "Su referencia es {ref}; indíquela si llama al {phone}.",
    ],
    medical_remarks: &[
        "Si tiene más de 38,5 °C, dolor en el pecho o le cuesta respirar, no espere nuestra respuesta: llame a emergencias.",
        "El prospecto está entre sus documentos; en la página {count} se ve cómo se hace.",
        "No cambie la dosis por su cuenta, aunque se encuentre mucho mejor.",
        "Su médico de cabecera recibe una copia de esta carta, salvo que usted no lo desee.",
    ],
    patient_closes: &[
        "Un saludo,\n{name}",
        "Muchas gracias,\n{name}",
        "Saludos cordiales,\n{name}",
    ],
    clinic_closes: &[
        "Un cordial saludo,\n{doctor}",
        "Atentamente,\nClínica Los Tilos",
        "Que se mejore,\n{doctor}",
    ],
    thanks: &[
        (
            "Muchas gracias, queda todo claro. ¡Hasta el {day}!",
            "De nada, {name}. Hasta pronto.",
        ),
        (
            "¡Qué alivio! Mil gracias 🙂",
            "Nos alegra mucho. Escríbanos cuando lo necesite.",
        ),
        (
            "Entendido, gracias por contestar tan rápido.",
            "Con gusto. Lo hemos anotado en su historia con la referencia {ref}.",
        ),
    ],
    kinds: &[
        Kind {
            category: "appointment",
            desk: Some("Clínica Los Tilos, citas"),
            topics: &["Su cita del {day}", "Cita con {doctor}"],
            openers: &[
                "Le hemos reservado una cita con {doctor} el {day} a las {time}. Cuente con unos {count}0 minutos y venga un poco antes para revisar sus datos en recepción.",
                "Hemos tenido que cambiar su cita: la nueva hora es el {day} a las {time}. Disculpe las molestias.",
            ],
            exchanges: &[
                (
                    "¿Podría ser por la tarde? El {day} trabajo hasta las {time}.",
                    "Se la hemos cambiado al {day} a las {time}.",
                ),
                (
                    "¿Tengo que ir en ayunas esta vez?",
                    "Para el análisis, sí: ocho horas sin comer y solo agua. {medicine} puede tomarlo como siempre.",
                ),
                (
                    "¿Puede entrar mi marido conmigo a la consulta?",
                    "Por supuesto. Dígaselo a la enfermera al llegar para que haya otra silla.",
                ),
            ],
        },
        Kind {
            category: "laboratory",
            desk: None,
            topics: &["Resultados de su análisis", "{lab}: resultado del {past}"],
            openers: &[
                "Ya tenemos los resultados. {lab} está en {value} {unit}, algo distinto de la última vez, pero no es preocupante. Quiero repetirlo dentro de {count} semanas.",
                "Buenas noticias: todo está dentro de lo esperado, {lab} en {value} {unit}. Seguimos igual; el próximo control será hacia el {day}.",
            ],
            exchanges: &[
                (
                    "He visto {value} {unit} en {lab}. ¿Es demasiado para mi edad?",
                    "{value} {unit} es aceptable en su caso. Solo haría algo si siguiera así {count} meses, y primero con la dieta.",
                ),
                (
                    "¿Puede estar mal el resultado porque estaba resfriado?",
                    "Una infección puede alterar {lab}. Lo repetimos el {day}, antes de las {time}.",
                ),
                (
                    "¿Qué puedo hacer yo para mejorar {lab}?",
                    "Caminar deprisa media hora casi todos los días, menos sal y dormir bien. Lo vemos después del {day}.",
                ),
            ],
        },
        Kind {
            category: "medication",
            desk: None,
            topics: &["{medicine} {dose}: cómo tomarlo", "Cambio de su medicación"],
            openers: &[
                "A partir del {day} tome {medicine} {dose} una vez al día, por la mañana, con un vaso de agua. Lleve las pastillas antiguas a la farmacia.",
            ],
            exchanges: &[
                (
                    "Ayer olvidé {medicine}. ¿Tomo dos hoy?",
                    "No, nunca dos a la vez. Siga como siempre; por una de {dose} no pasa nada.",
                ),
                (
                    "Desde que tomo {medicine} me mareo al levantarme.",
                    "Es habitual las primeras {count} semanas. Levántese despacio y mídase la tensión dos veces al día. Si baja de 100, llame al {phone}.",
                ),
                (
                    "En la farmacia me dieron otra marca en lugar de {medicine}. ¿Es lo mismo?",
                    "Sí: el principio activo y los {dose} son iguales; solo cambia la caja.",
                ),
            ],
        },
        Kind {
            category: "follow-up",
            desk: None,
            topics: &[
                "¿Cómo sigue después de la intervención?",
                "Después de su ingreso",
            ],
            openers: &[
                "Hace {count} días que volvió a casa y me gustaría saber cómo está. ¿Está seca la herida? ¿Necesita todavía el calmante? Los puntos se los quitamos el {day}.",
            ],
            exchanges: &[
                (
                    "Alrededor de la herida está un poco rojo, pero no me duele.",
                    "Unos milímetros son normales al tercer día. Marque el borde con un bolígrafo; si lo sobrepasa, venga enseguida, sin cita.",
                ),
                (
                    "¿Cuándo puedo volver a trabajar? Estoy {count} horas de pie.",
                    "A partir del {day}, al principio media jornada. El justificante está entre sus documentos.",
                ),
                (
                    "Todavía me despierto por el dolor.",
                    "Tome la segunda pastilla a las {time} durante {count} noches. Si no mejora, quiero verle el {day}.",
                ),
            ],
        },
    ],
};
