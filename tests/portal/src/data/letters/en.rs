//! English.

use super::lexicon::{Kind, Lexicon};

pub(super) const LEXICON: Lexicon = Lexicon {
    tag: "en",
    families: &[
        "Ferreira",
        "Okafor",
        "Bennett",
        "Novak",
        "Whitfield",
        "O'Hara",
        "Castellano",
        "Lindqvist",
    ],
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    ordinal: "",
    decimal: '.',
    specialties: &[
        "Cardiology",
        "General practice",
        "Endocrinology",
        "Dermatology",
        "Orthopaedics",
        "Gastroenterology",
    ],
    patient_greetings: &[
        "Hello,",
        "Good morning,",
        "Hi there,",
        "Dear team,",
        "Good afternoon,",
    ],
    clinic_greetings: &[
        "Dear {name},",
        "Hello {name},",
        "Good morning {name},",
        "Dear {name}, thank you for your message.",
    ],
    patient_remarks: &[
        "I was not sure whether to call or to write, so I hope this reaches the right person.",
        "I have kept a diary for {count} days and can send you the numbers if that helps.",
        "My daughter can drive me, but only after {time}.",
        "I am travelling from {day} on and would like to have this settled before.",
        "I tried the telephone ({phone}) but was number {count} in the queue.",
        "Sorry for asking again; I want to be certain that I understood you correctly.",
        "It is not urgent, I just do not want to forget about it.",
    ],
    office_remarks: &[
        "Please bring your insurance card and a list of everything you take, including what you bought without a prescription.",
        "If you cannot come on {day}, tell us at least a day before, so that somebody else can have the time.",
        "The lift at the north entrance is being repaired until {day}; the one by the car park works.",
        "We read messages on weekdays between eight and five and answer most of them within one working day.",
        "Your reference for this is {ref}; please mention it when you call {phone}.",
        "An interpreter can join by telephone at no cost if you let us know {count} days ahead.",
        "If something in this message is not clear, ask; a question too many has never hurt anybody.",
    ],
    medical_remarks: &[
        "Should you get a fever above 38.5 °C, chest pain or trouble breathing, do not wait for an answer here: call the emergency number.",
        "You find the leaflet with the details among your documents; the figures on page {count} show how it is done.",
        "Please do not change the dose on your own, even if you feel much better.",
        "Drink enough water, and write down anything unusual together with the time at which it happened.",
        "Your family doctor receives a copy of this letter unless you tell us not to send one.",
    ],
    patient_closes: &[
        "Kind regards,\n{name}",
        "Thank you,\n{name}",
        "Best wishes,\n{name}",
        "{name}",
    ],
    clinic_closes: &[
        "Kind regards,\n{doctor}",
        "With best wishes,\nLinden Clinic",
        "Best regards,\n{doctor}",
        "Yours,\nthe team at Linden Clinic",
    ],
    thanks: &[
        (
            "Thank you, that answers everything. I will be there on {day}.",
            "You are welcome, {name}. See you on {day}.",
        ),
        (
            "That is a relief, thank you so much! 🙂",
            "We are glad to hear it. Take care, and write to us whenever you need to.",
        ),
        (
            "Understood, thanks for the quick reply.",
            "Gladly. We have noted it in your record under {ref}.",
        ),
        (
            "Thanks, I have put {time} on {day} in my calendar.",
            "Perfect. You will get a reminder the day before.",
        ),
    ],
    kinds: &[
        Kind {
            category: "appointment",
            desk: Some("Linden Clinic, appointments"),
            topics: &[
                "Your appointment on {day}",
                "Appointment with {doctor}",
                "Follow-up visit in the clinic",
            ],
            openers: &[
                "We have reserved {time} on {day} for you with {doctor}. The visit takes about {count}0 minutes; please be here a little earlier, since the desk on the ground floor needs to check your details.",
                "It has been half a year since your last visit, and {doctor} would like to see you again. We suggest {day} at {time}. Answer here if that suits you, or tell us which mornings you prefer.",
                "Your appointment has been moved: {doctor} is in theatre that day. The new time is {day} at {time}. We are sorry for the trouble this causes.",
            ],
            exchanges: &[
                (
                    "Would it be possible to come in the afternoon instead? On {day} I work until {time}.",
                    "We have moved you to {time} on {day}. The old time is free for somebody else now.",
                ),
                (
                    "Do I have to come with an empty stomach this time?",
                    "For the blood test, yes: nothing to eat for eight hours before, and water only. You can take your {medicine} as usual.",
                ),
                (
                    "Where exactly do I have to go? Last time I stood in the wrong wing for {count} minutes.",
                    "Second floor, room 2{count}: follow the green line from the main entrance. The desk there knows you are coming at {time}.",
                ),
                (
                    "Can my husband come into the consultation with me?",
                    "Of course. Please tell the nurse at the beginning, so that there is a second chair, and so that we may speak openly with both of you.",
                ),
            ],
        },
        Kind {
            category: "laboratory",
            desk: None,
            topics: &[
                "Your laboratory results",
                "{lab}: result of {past}",
                "Blood test and what it means",
            ],
            openers: &[
                "The results of your blood test have arrived. Your {lab} is {value} {unit}, which is a little different from last time but nothing to worry about. I would like to repeat it in {count} weeks to see in which direction it moves.",
                "Good news: all values are within the expected range. {lab} was {value} {unit}. We keep the treatment as it is; the next control is due around {day}.",
                "Your {lab} came back at {value} {unit}. Taken alone this does not mean much; together with what you told me it fits well with the dose we chose. Please carry on with {medicine} {dose} until we have spoken.",
            ],
            exchanges: &[
                (
                    "I saw {value} {unit} for {lab} in the app. Is that too high for somebody my age?",
                    "{value} {unit} is acceptable for you. I would only act if it stayed there for {count} months, and then first with diet, not with another tablet.",
                ),
                (
                    "Could the result be wrong because I had a cold on that day?",
                    "An infection can change some values, and {lab} is one of them. Let us repeat it on {day}; you can come any time before {time}.",
                ),
                (
                    "Do you need another sample, or is the one from last week enough?",
                    "The one from last week is enough. The laboratory keeps it for {count} days, and I have asked for {lab} to be measured from it as well.",
                ),
                (
                    "What can I do myself to bring {lab} down?",
                    "Half an hour of brisk walking on most days does more than people expect. Less salt, more vegetables, and sleep; then we look at {lab} again after {day}.",
                ),
            ],
        },
        Kind {
            category: "medication",
            desk: None,
            topics: &[
                "{medicine} {dose}: how to take it",
                "Change of your medication",
                "Question about {medicine}",
            ],
            openers: &[
                "From {day} on please take {medicine} {dose} once a day, in the morning with a glass of water. The old tablets are no longer needed; bring what is left to any pharmacy, do not put it into the waste water.",
                "I have gone through your list of medicines. {medicine} {dose} stays, and we leave out the one for the night for {count} weeks to see whether you still need it. If you sleep badly for more than three nights, write to me.",
            ],
            exchanges: &[
                (
                    "I forgot yesterday's {medicine}. Should I take two today?",
                    "No, never two at once. Leave the forgotten one out and go on as usual. One missed tablet of {dose} makes no difference.",
                ),
                (
                    "Since I take {medicine} I feel dizzy when I get up, mostly before {time}.",
                    "That is a known effect in the first {count} weeks. Get up slowly, drink enough, and measure your blood pressure twice a day. If the upper value falls below 100, call us on {phone}.",
                ),
                (
                    "May I drink a glass of wine with {medicine}?",
                    "A small glass with a meal is fine. Please avoid it on the days when you take the painkiller, and never drive after it.",
                ),
                (
                    "The pharmacy gave me another brand instead of {medicine}. Is it the same?",
                    "Yes: the active substance and the {dose} are the same, only box and colour differ. Keep the leaflet, it is the one that applies now.",
                ),
            ],
        },
        Kind {
            category: "pharmacy",
            desk: Some("Linden Clinic, pharmacy"),
            topics: &[
                "Ready for pick-up: {medicine}",
                "Your prescription {ref}",
                "Refill of {medicine} {dose}",
            ],
            openers: &[
                "Your prescription {ref} is ready. You can collect {medicine} {dose} at the counter until {day}, weekdays between eight and six. Please bring an identity document; somebody else may collect it with your written permission.",
                "{medicine} {dose} is out of stock at our supplier. We expect it on {day}. If you have fewer than {count} tablets left, tell us today and we find you an equivalent.",
            ],
            exchanges: &[
                (
                    "Can I get {count} packs at once? I will be away until {day}.",
                    "Yes. {count} packs of {medicine} {dose} are prepared under {ref}; the co-payment is {amount}.",
                ),
                (
                    "Could you deliver it? I cannot leave the house at the moment.",
                    "Our driver comes on {day} between {time} and the evening. Delivery costs nothing for prescriptions; please have your card ready.",
                ),
                (
                    "The box says {dose}, but I thought the doctor wanted less.",
                    "We have checked with {doctor}: {dose} is right. The smaller tablets were only for the first weeks. We have attached a plan to be on the safe side.",
                ),
                (
                    "How should I store {medicine} in this heat?",
                    "Below 25 degrees, in its box, not in the bathroom and not in the car. An hour in a bag does no harm.",
                ),
            ],
        },
        Kind {
            category: "referral",
            desk: None,
            topics: &[
                "Referral to a specialist",
                "Your referral {ref}",
                "Second opinion",
            ],
            openers: &[
                "I have written a referral for you; its number is {ref}. The practice will offer you a time within {count} weeks. Take the letter and the last results along, they are among your documents.",
                "As discussed, I would like a colleague to look at this as well. {doctor} has a free hour on {day} at {time}. The referral is valid for one quarter.",
            ],
            exchanges: &[
                (
                    "Nobody has called me about the referral yet. Is it lost?",
                    "It is not lost: they received {ref}, but there is a waiting list. They now have you down for {day} at {time}.",
                ),
                (
                    "Do they see my earlier pictures, or do I have to bring a disc?",
                    "We have sent them electronically. Bring the disc only if you have one at home anyway.",
                ),
                (
                    "Can I choose another practice? That one is {count}0 kilometres away.",
                    "Certainly. The referral is not bound to a name. I enclose a list of practices nearby; {doctor} is one of them.",
                ),
            ],
        },
        Kind {
            category: "billing",
            desk: Some("Linden Clinic, accounts"),
            topics: &[
                "Invoice {ref}",
                "Your statement of {past}",
                "Question about invoice {ref}",
            ],
            openers: &[
                "Please find the invoice {ref} for your last visit attached. The amount of {amount} is due on {day}. If your insurer pays directly, you need not do anything.",
                "We have received {amount} with thanks; invoice {ref} is settled. A receipt for your insurer is in your documents.",
            ],
            exchanges: &[
                (
                    "I think I was charged twice: {amount} appears on both statements.",
                    "You are right, and we apologise. We have cancelled the second one; {amount} will be back in your account by {day}.",
                ),
                (
                    "May I pay in {count} instalments?",
                    "Yes, without any fee. The first is due on {day}; we have sent you the plan under {ref}.",
                ),
                (
                    "My insurer wants a more detailed invoice. Could you send one?",
                    "It is attached, with codes and times for each item. The sum of {amount} is unchanged.",
                ),
            ],
        },
        Kind {
            category: "follow-up",
            desk: None,
            topics: &[
                "How are you after the procedure?",
                "After your stay with us",
                "Check on your recovery",
            ],
            openers: &[
                "You went home {count} days ago, and I would like to know how you are. Is the wound dry? Do you still need the painkiller? The stitches come out on {day}; until then please keep the plaster on in the shower.",
                "I was pleased with what I saw at your last visit. Keep on with the exercises, {count} minutes in the morning and again at night, and increase by a minute each week.",
            ],
            exchanges: &[
                (
                    "The area around the wound is a little red, but it does not hurt.",
                    "A red edge of a few millimetres is normal on the third day. Draw a line around it with a pen; if the redness crosses the line, come at once, without an appointment.",
                ),
                (
                    "When may I go back to work? I stand for {count} hours a day.",
                    "From {day} on, half days at first. I have written a note for your employer which says no more than that.",
                ),
                (
                    "Am I allowed to fly? We booked for {day} a long time ago.",
                    "Yes, with compression stockings and a walk through the aisle every hour. Take {medicine} in your hand luggage, together with the prescription.",
                ),
                (
                    "I still wake up at night because of the pain.",
                    "Then take the second tablet at {time} instead of in the evening, for {count} nights. If it does not get better, I would like to see you on {day}.",
                ),
            ],
        },
        Kind {
            category: "prevention",
            desk: Some("Linden Clinic, prevention"),
            topics: &[
                "Vaccination due",
                "Your screening in {count} weeks",
                "Travel advice",
            ],
            openers: &[
                "According to our records your tetanus vaccination is due. It takes ten minutes and is covered by your insurance. We have free times on {day} from {time}.",
                "We invite you to the yearly screening. You need not prepare anything; the visit lasts about {count}0 minutes, and the result comes to this inbox within two weeks.",
            ],
            exchanges: &[
                (
                    "Can I have the flu shot on the same day?",
                    "Yes, one in each arm. You may feel tired the day after, so leave the heavy shopping for later.",
                ),
                (
                    "I lost my vaccination booklet. What now?",
                    "No problem: everything from {count} years back is in our system. We print you a new one; it is at the desk from {day}.",
                ),
                (
                    "We travel in {count} weeks. Which vaccinations do we need?",
                    "For the coast hepatitis A is enough; inland we advise typhoid as well. Come on {day} at {time}, there is just enough time for both.",
                ),
            ],
        },
    ],
};
