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

QUESTIONS_ES = {
    # The line break stands in the questionnaire, so the export's second header row holds one too.
    "nps": "Piense en todo lo que ha vivido con Aurea Telecom.\n"
    "¿Con qué probabilidad nos recomendaría a un amigo o a un colega?",
    "csat_overall": "En conjunto, ¿cómo de satisfecho está con Aurea Telecom?",
    "ces": "Aurea Telecom me puso fácil resolver mi última gestión.",
    "satisfaction": "¿Cómo de satisfecho está con cada uno de estos aspectos?",
    "importance": "¿Qué importancia tiene para usted cada uno de estos aspectos?",
}

QUESTIONS_PL = {
    "nps": "Czy poleciłby/poleciłaby Pan/Pani Aurea Telecom znajomym lub współpracownikom?",
    "csat_overall": "Ogólne zadowolenie z Aurea Telecom",
    "ces": "Załatwienie ostatniej sprawy w Aurea Telecom było łatwe",
    "satisfaction": "Zadowolenie",
    "importance": "Ważność",
}
