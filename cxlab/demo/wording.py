"""The words of the questionnaires and of the reports, by language."""

from __future__ import annotations

ATTRIBUTE_LABELS = {
    "network": {
        "en": "Network coverage",
        "es": "Cobertura de red",
        "it": "Copertura di rete",
        "pl": "Zasięg sieci",
    },
    "price": {
        "en": "Value for money",
        "es": "Relación calidad-precio",
        "it": "Rapporto qualità-prezzo",
        "pl": "Stosunek jakości do ceny",
    },
    "billing": {"en": "Billing", "es": "Facturación", "it": "Fatturazione", "pl": "Rachunki"},
    "contact_centre": {
        "en": "Contact centre",
        "es": "Atención telefónica",
        "it": "Assistenza telefonica",
        "pl": "Infolinia",
    },
    "shop": {"en": "Shop", "es": "Tienda", "it": "Negozio", "pl": "Salon firmowy"},
    "app": {"en": "App", "es": "Aplicación móvil", "it": "App", "pl": "Aplikacja mobilna"},
    "installation": {"en": "Installation", "es": "Instalación", "it": "Installazione", "pl": "Instalacja"},
}

COLUMN_LABELS = {
    "csat_overall": {
        "en": "Overall satisfaction",
        "es": "Satisfacción global",
        "it": "Soddisfazione complessiva",
        "pl": "Satysfakcja ogólna",
    },
    "segment.region": {"en": "Region", "es": "Región", "it": "Regione", "pl": "Region"},
    "segment.age_band": {"en": "Age", "es": "Edad", "it": "Età", "pl": "Wiek"},
    "segment.customer_type": {
        "en": "Customer type",
        "es": "Tipo de cliente",
        "it": "Tipo di cliente",
        "pl": "Typ klienta",
    },
}

LEVEL_LABELS = {
    "service": {"en": "Service", "es": "Servicio", "it": "Servizio", "pl": "Obsługa"},
    "speed": {"en": "Speed", "es": "Velocidad", "it": "Velocità", "pl": "Szybkość"},
    "honesty": {"en": "Honesty", "es": "Honestidad", "it": "Onestà", "pl": "Uczciwość"},
    "innovation": {"en": "Innovation", "es": "Innovación", "it": "Innovazione", "pl": "Innowacyjność"},
    "telecom": {
        "en": "Telecommunications",
        "es": "Telecomunicaciones",
        "it": "Telecomunicazioni",
        "pl": "Telekomunikacja",
    },
    "phone": {"en": "Telephone", "es": "Teléfono", "it": "Telefono", "pl": "Telefon"},
    "e-mail": {"en": "E-mail", "es": "Correo electrónico", "it": "E-mail", "pl": "E-mail"},
    "chat": {"en": "Chat", "es": "Chat", "it": "Chat", "pl": "Czat"},
    "competitor": {"en": "Competitor", "es": "Competidor", "it": "Concorrente", "pl": "Konkurent"},
    "no need": {"en": "No need", "es": "No lo necesita", "it": "Nessun bisogno", "pl": "Brak potrzeby"},
    "no decision": {
        "en": "No decision",
        "es": "Sin decisión",
        "it": "Nessuna decisione",
        "pl": "Brak decyzji",
    },
    "f": {"en": "Women", "es": "Mujeres", "it": "Donne", "pl": "Kobiety"},
    "m": {"en": "Men", "es": "Hombres", "it": "Uomini", "pl": "Mężczyźni"},
    "x": {"en": "Other", "es": "Otro", "it": "Altro", "pl": "Inna"},
    "basic": {"en": "Basic", "es": "Básico", "it": "Base", "pl": "Podstawowy"},
    "plus": {"en": "Plus", "es": "Plus", "it": "Plus", "pl": "Plus"},
    "premium": {"en": "Premium", "es": "Premium", "it": "Premium", "pl": "Premium"},
}

QUESTIONS = {
    "es": {
        # The line break stands in the questionnaire, so a header row that holds it has one too.
        "nps": "Piense en todo lo que ha vivido con Aurea Telecom.\n"
        "¿Con qué probabilidad nos recomendaría a un amigo o a un colega?",
        "csat_overall": "En conjunto, ¿cómo de satisfecho está con Aurea Telecom?",
        "ces": "Aurea Telecom me puso fácil resolver mi última gestión.",
        "renew_q1": "¿Con qué probabilidad seguirá con nosotros cuando termine su contrato?",
        "renew_q2": "¿Con qué probabilidad volvería a elegirnos si empezara hoy?",
        "buy_more": "¿Con qué probabilidad contrataría otro de nuestros servicios?",
        "reluctance_to_switch": "¿Cuánto le costaría cambiar de operador?",
        "recommend_intent": "¿Tiene intención de recomendarnos en los próximos meses?",
        "loyalty_change": "Después de su última gestión, ¿es más o menos fiel a Aurea Telecom?",
        "had_problem": "¿Ha tenido algún problema en los últimos seis meses?",
        "wom_source": "¿Dónde ha hablado de nosotros?",
        "wom_valence": "¿Qué dijo de nosotros?",
        "q3": "¿Qué deberíamos mejorar?",
        "satisfaction": "¿Cómo de satisfecho está con cada uno de estos aspectos?",
        "importance": "¿Qué importancia tiene para usted cada uno de estos aspectos?",
        "verbatim": "¿Algo más que quiera contarnos?",
    },
    "it": {
        "nps": "Con quale probabilità consiglierebbe Aurea Telecom a un amico o a un collega?",
        "csat_overall": "Nel complesso, quanto è soddisfatto di Aurea Telecom?",
        "ces": "Aurea Telecom mi ha reso facile risolvere la mia ultima richiesta.",
        "renew_q1": "Con quale probabilità resterà con noi alla scadenza del contratto?",
        "renew_q2": "Con quale probabilità ci sceglierebbe di nuovo oggi?",
        "buy_more": "Con quale probabilità acquisterebbe un altro nostro servizio?",
        "reluctance_to_switch": "Quanto le peserebbe cambiare operatore?",
        "recommend_intent": "Intende consigliarci nei prossimi mesi?",
        "loyalty_change": "Dopo la sua ultima richiesta è più o meno fedele ad Aurea Telecom?",
        "had_problem": "Ha avuto un problema negli ultimi sei mesi?",
        "wom_source": "Dove ha parlato di noi?",
        "wom_valence": "Che cosa ha detto di noi?",
        "q3": "Che cosa dovremmo migliorare?",
        "satisfaction": "Quanto è soddisfatto di ciascuno di questi aspetti?",
        "importance": "Quanto è importante per lei ciascuno di questi aspetti?",
        "verbatim": "C'è altro che vuole dirci?",
    },
    "pl": {
        "nps": "Czy poleciłby/poleciłaby Pan/Pani Aurea Telecom znajomym lub współpracownikom?",
        "csat_overall": "Ogólne zadowolenie z Aurea Telecom",
        "ces": "Załatwienie ostatniej sprawy w Aurea Telecom było łatwe",
        "renew_q1": "Prawdopodobieństwo pozostania po zakończeniu umowy",
        "renew_q2": "Prawdopodobieństwo ponownego wyboru Aurea Telecom",
        "buy_more": "Prawdopodobieństwo zakupu kolejnej usługi",
        "reluctance_to_switch": "Niechęć do zmiany operatora",
        "recommend_intent": "Zamiar polecenia w najbliższych miesiącach",
        "loyalty_change": "Zmiana lojalności po ostatniej sprawie",
        "had_problem": "Problem w ostatnich sześciu miesiącach",
        "wom_source": "Gdzie mówił(a) Pan/Pani o nas",
        "wom_valence": "Co mówił(a) Pan/Pani o nas",
        "q3": "Co powinniśmy poprawić",
        "satisfaction": "Zadowolenie",
        "importance": "Ważność",
        "verbatim": "Dodatkowe uwagi",
    },
    "en": {
        "nps": "How likely are you to recommend Aurea Telecom to a friend or colleague?",
        "csat_overall": "Overall, how satisfied are you with Aurea Telecom?",
        "ces": "Aurea Telecom made it easy for me to handle my last issue.",
        "renew_q1": "How likely are you to stay when your contract ends?",
        "renew_q2": "How likely would you be to choose us again today?",
        "buy_more": "How likely are you to buy another of our services?",
        "reluctance_to_switch": "How reluctant would you be to change provider?",
        "recommend_intent": "Do you intend to recommend us in the coming months?",
        "loyalty_change": "After your last issue, are you more or less loyal to Aurea Telecom?",
        "had_problem": "Have you had a problem in the last six months?",
        "wom_source": "Where did you talk about us?",
        "wom_valence": "What did you say about us?",
        "q3": "What should we improve? (Choose all that apply.)",
        "satisfaction": "How satisfied are you with each of these?",
        "importance": "How important is each of these to you?",
        "verbatim": "Is there anything else you would like to tell us?",
    },
}

CSAT_WORDS = {  # from 1 to 5
    "es": (
        "Muy insatisfecho",
        "Insatisfecho",
        "Ni satisfecho ni insatisfecho",
        "Satisfecho",
        "Muy satisfecho",
    ),
    "it": (
        "Molto insoddisfatto",
        "Insoddisfatto",
        "Né soddisfatto né insoddisfatto",
        "Soddisfatto",
        "Molto soddisfatto",
    ),
    "pl": (
        "bardzo niezadowolony/a",
        "niezadowolony/a",
        "ani tak, ani nie",
        "zadowolony/a",
        "bardzo zadowolony/a",
    ),
    "en": (
        "Very dissatisfied",
        "Dissatisfied",
        "Neither satisfied nor dissatisfied",
        "Satisfied",
        "Very satisfied",
    ),
}

# Answers to the questions with choices, in the order of their codes.
CHOICES = {
    "es": {
        "loyalty_change": ("Menos fiel", "Igual", "Más fiel"),
        "had_problem": ("Sí", "No"),
        "wom_source": ("En persona", "En internet", "En ninguna parte"),
        "wom_valence": ("Cosas buenas", "Cosas malas", "De todo"),
    },
    "it": {
        "loyalty_change": ("Meno fedele", "Come prima", "Più fedele"),
        "had_problem": ("Sì", "No"),
        "wom_source": ("Di persona", "In rete", "Da nessuna parte"),
        "wom_valence": ("Cose buone", "Cose cattive", "Un po' e un po'"),
    },
    "pl": {
        "loyalty_change": ("mniejsza", "bez zmian", "większa"),
        "had_problem": ("tak", "nie"),
        "wom_source": ("osobiście", "w internecie", "nigdzie"),
        "wom_valence": ("dobrze", "źle", "różnie"),
    },
    "en": {
        "loyalty_change": ("Less loyal", "As loyal as before", "More loyal"),
        "had_problem": ("Yes, I have", "No, I haven't"),
        "wom_source": ("In person", "Online", "Nowhere"),
        "wom_valence": ("Good things", "Bad things", "Both"),
    },
}

# Two comments each of detractors, passives and promoters, with line breaks, quotes and separators.
COMMENTS = {
    "es": (
        'Me dijeron "mañana", y han pasado tres semanas.',
        "Facturas que nadie entiende; llamo\ny nadie contesta.",
        "Correcto, sin más.",
        "Bien la red, mejorable la app.",
        "¡Siempre me ayudan!",
        "Llevo años con ustedes, y contento.",
    ),
    "it": (
        'Mi hanno detto "domani": sono passate tre settimane.',
        "Bollette incomprensibili; chiamo\ne nessuno risponde.",
        "Nella norma.",
        "Buona la rete, l'app può migliorare.",
        "Sempre gentili!",
        "Sono con voi da anni, e contento.",
    ),
    "pl": (
        'Usłyszałem "jutro", minęły trzy tygodnie.',
        "Rachunki niezrozumiałe; dzwonię\ni nikt nie odbiera.",
        "Poprawnie.",
        "Sieć dobra, aplikacja do poprawy.",
        "Zawsze pomocni!",
        "Od lat z Wami, i z zadowoleniem.",
    ),
    "en": (
        'They said "tomorrow", and it took three weeks.',
        "Bills nobody understands; I call\nand no one answers.",
        "Fine, nothing more.",
        "Good network, the app could be better.",
        "Always helpful!",
        "With you for years, and happy.",
    ),
}
