"""The fixed words of a report (headings, labels, buttons), by language; sentences made from data are English.

A review may change any of them in workflow.yaml. `{}` marks the place of a number or a name.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pipeline.errors import Fault, did_you_mean

Language = Literal["en", "de", "es", "fr"]

# The headings of parts and chapters, each in English, German, Spanish, French.
_HEADINGS: dict[str, tuple[str, str, str, str]] = {
    "summary": ("Summary", "Zusammenfassung", "Resumen", "Résumé"),
    "new": ("What is new", "Was ist neu", "Novedades", "Nouveautés"),
    "background": ("Background", "Hintergrund", "Antecedentes", "Contexte"),
    "methods": ("Methods", "Methoden", "Métodos", "Méthodes"),
    "question": (
        "Question and eligibility",
        "Frage und Einschluss",
        "Pregunta y elegibilidad",
        "Question et éligibilité",
    ),
    "living": ("Living mode", "Laufende Aktualisierung", "Modo vivo", "Mode vivant"),
    "searches": ("Searches", "Suchen", "Búsquedas", "Recherches"),
    "selection": (
        "Deduplication and screening",
        "Dubletten und Auswahl",
        "Duplicados y cribado",
        "Doublons et sélection",
    ),
    "collection": ("Data collection", "Datenerhebung", "Recogida de datos", "Recueil des données"),
    "analysis": ("Synthesis methods", "Synthesemethoden", "Métodos de síntesis", "Méthodes de synthèse"),
    "results": ("Results", "Ergebnisse", "Resultados", "Résultats"),
    "flow": ("Selection of studies", "Auswahl der Studien", "Selección de los estudios", "Sélection des études"),
    "studies": ("Included studies", "Eingeschlossene Studien", "Estudios incluidos", "Études incluses"),
    "outcomes": ("Outcomes", "Endpunkte", "Desenlaces", "Critères de jugement"),
    "synthesis": ("Syntheses", "Synthesen", "Síntesis", "Synthèses"),
    "bias": ("Risk of bias", "Verzerrungsrisiko", "Riesgo de sesgo", "Risque de biais"),
    "discrepancies": (
        "Discrepancies between sources",
        "Abweichungen zwischen Quellen",
        "Discrepancias entre fuentes",
        "Divergences entre sources",
    ),
    "excluded": ("Excluded reports", "Ausgeschlossene Berichte", "Informes excluidos", "Rapports exclus"),
    "awaiting": (
        "Awaiting classification",
        "Noch nicht eingeordnet",
        "Pendientes de clasificación",
        "En attente de classement",
    ),
    "discussion": ("Discussion", "Diskussion", "Discusión", "Discussion"),
    "other": ("Other information", "Weitere Angaben", "Otra información", "Autres informations"),
    "registration": (
        "Registration and protocol",
        "Registrierung und Protokoll",
        "Registro y protocolo",
        "Enregistrement et protocole",
    ),
    "support": ("Support", "Förderung", "Financiación", "Financement"),
    "interests": ("Competing interests", "Interessenkonflikte", "Conflictos de intereses", "Conflits d’intérêts"),
    "availability": (
        "Availability of data, code and other materials",
        "Verfügbarkeit von Daten, Code und weiterem Material",
        "Disponibilidad de datos, código y otros materiales",
        "Disponibilité des données, du code et autres matériels",
    ),
    "checklists": ("Checklists", "Checklisten", "Listas de comprobación", "Listes de contrôle"),
    "records": ("Records", "Einträge", "Registros", "Entrées"),
    "provenance": ("Provenance", "Herkunft", "Procedencia", "Provenance"),
    "references": ("References", "Literatur", "Referencias", "Références"),
}

# Labels and buttons, in the same languages.
_LABELS: dict[str, tuple[str, str, str, str]] = {
    "ascending": ("sorted upwards", "aufsteigend sortiert", "orden ascendente", "tri croissant"),
    "clear": ("Show all", "Alle zeigen", "Mostrar todo", "Tout afficher"),
    "contents": ("Contents", "Inhalt", "Índice", "Sommaire"),
    "csv": ("Download as CSV", "Als CSV laden", "Descargar en CSV", "Télécharger en CSV"),
    "descending": ("sorted downwards", "absteigend sortiert", "orden descendente", "tri décroissant"),
    "figure": ("Figure {}", "Abbildung {}", "Figura {}", "Figure {}"),
    "figure_text": ("The figure in words", "Die Abbildung in Worten", "La figura en palabras", "La figure en mots"),
    "filter": ("Filter the rows", "Zeilen filtern", "Filtrar las filas", "Filtrer les lignes"),
    "full_list": ("The whole list", "Die ganze Liste", "La lista completa", "La liste complète"),
    "in_box": ("Box of the diagram", "Feld des Diagramms", "Casilla del diagrama", "Case du diagramme"),
    "listed": (
        "{} of {} records",
        "{} von {} Einträgen",
        "{} de {} registros",
        "{} entrées sur {}",
    ),
    "next": ("Next", "Weiter", "Siguiente", "Suivant"),
    "no_rows": ("No row fits.", "Keine Zeile passt.", "Ninguna fila coincide.", "Aucune ligne ne correspond."),
    "not_shown": ("not in this report", "nicht in diesem Bericht", "no en este informe", "pas dans ce rapport"),
    "notes": ("Notes", "Anmerkungen", "Notas", "Notes"),
    "page": ("Page {} of {}", "Seite {} von {}", "Página {} de {}", "Page {} sur {}"),
    "previous": ("Previous", "Zurück", "Anterior", "Précédent"),
    "read_in": (
        "Where each cell was read: {}.",
        "Fundstellen der Zellen: {}.",
        "Dónde se leyó cada celda: {}.",
        "Où chaque cellule a été lue : {}.",
    ),
    "records_search": (
        "Search titles, authors, journals, ids",
        "In Titeln, Autoren, Zeitschriften, Kennungen suchen",
        "Buscar en títulos, autores, revistas, identificadores",
        "Chercher dans les titres, auteurs, revues, identifiants",
    ),
    "rows_shown": ("{} of {} rows", "{} von {} Zeilen", "{} de {} filas", "{} lignes sur {}"),
    "skip": ("Skip to the text", "Zum Text springen", "Saltar al texto", "Aller au texte"),
    "sources_hide": (
        "Hide where each was read",
        "Fundstellen verbergen",
        "Ocultar dónde se leyó",
        "Masquer où chacun a été lu",
    ),
    "sources_show": (
        "Show where each was read",
        "Fundstellen zeigen",
        "Mostrar dónde se leyó",
        "Montrer où chacun a été lu",
    ),
    "table": ("Table {}", "Tabelle {}", "Tabla {}", "Tableau {}"),
    "top": ("Back to the top", "Nach oben", "Volver arriba", "Haut de page"),
    "unnumbered_list": (
        "The records are listed in {}.",
        "Die Einträge stehen in {}.",
        "Los registros figuran en {}.",
        "Les entrées figurent dans {}.",
    ),
}

_WORDS = _HEADINGS | _LABELS
_LANGUAGES: tuple[Language, ...] = ("en", "de", "es", "fr")

WORDS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        language: MappingProxyType({slug: forms[place] for slug, forms in _WORDS.items()})
        for place, language in enumerate(_LANGUAGES)
    }
)

MONTHS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        language: tuple(names.split())
        for language, names in {
            "en": "January February March April May June July August September October November December",
            "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
            "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
            "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        }.items()
    }
)


def choose(language: Language, own: Mapping[str, str]) -> dict[str, str]:
    """Take the fixed words of a language, with a review's own words in their place."""
    return {**WORDS[language], **own}


def check(own: Mapping[str, str]) -> tuple[Fault, ...]:
    """Find words of a review's own that no report prints, or that lack the place of a number."""
    faults = []
    for slug, text in own.items():
        if slug not in _WORDS:
            remedy = did_you_mean(slug, list(_WORDS)) or "docs/report.md lists them."
            faults.append(Fault(what=f"no fixed word is called {slug!r}", column=f"words.{slug}", remedy=remedy))
        elif text.count("{}") != _WORDS[slug][0].count("{}"):
            places = _WORDS[slug][0].count("{}")
            faults.append(
                Fault(
                    what=f"{text!r} must hold '{{}}' {places} times" if places else f"{text!r} must not hold '{{}}'",
                    column=f"words.{slug}",
                    accepted=f"a text such as {_WORDS[slug][0]!r}",
                )
            )
    return tuple(faults)
