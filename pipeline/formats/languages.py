"""Languages as databases name them, to the three letters that PubMed writes."""

import re

# code: (two letters, English names). Source: ISO 639-2, code list (bibliographic codes), Library of Congress,
# https://www.loc.gov/standards/iso639-2/; NLM, MEDLINE/PubMed language table, https://www.nlm.nih.gov/bsd/language_table.html
LANGUAGES: dict[str, tuple[str, ...]] = {
    "afr": ("af", "Afrikaans"), "alb": ("sq", "Albanian"), "amh": ("am", "Amharic"), "ara": ("ar", "Arabic"),
    "arm": ("hy", "Armenian"), "aze": ("az", "Azerbaijani", "Azeri"), "baq": ("eu", "Basque"),
    "bel": ("be", "Belarusian"), "ben": ("bn", "Bengali"), "bos": ("bs", "Bosnian"), "bul": ("bg", "Bulgarian"),
    "bur": ("my", "Burmese"), "cat": ("ca", "Catalan"), "chi": ("zh", "Chinese"), "cze": ("cs", "Czech"),
    "dan": ("da", "Danish"), "dut": ("nl", "Dutch", "Flemish"), "eng": ("en", "English"),
    "epo": ("eo", "Esperanto"), "est": ("et", "Estonian"), "fao": ("fo", "Faroese"), "fin": ("fi", "Finnish"),
    "fre": ("fr", "French"), "geo": ("ka", "Georgian"), "ger": ("de", "German"), "gla": ("gd", "Scottish Gaelic"),
    "gle": ("ga", "Irish"), "glg": ("gl", "Galician"), "gre": ("el", "Greek", "Modern Greek"),
    "guj": ("gu", "Gujarati"), "heb": ("he", "Hebrew"), "hin": ("hi", "Hindi"), "hrv": ("hr", "Croatian"),
    "hun": ("hu", "Hungarian"), "ice": ("is", "Icelandic"), "ind": ("id", "Indonesian"), "ita": ("it", "Italian"),
    "jpn": ("ja", "Japanese"), "kan": ("kn", "Kannada"), "kaz": ("kk", "Kazakh"), "khm": ("km", "Khmer"),
    "kin": ("rw", "Kinyarwanda"), "kir": ("ky", "Kirghiz", "Kyrgyz"), "kor": ("ko", "Korean"),
    "kur": ("ku", "Kurdish"), "lao": ("lo", "Lao"), "lat": ("la", "Latin"), "lav": ("lv", "Latvian"),
    "lit": ("lt", "Lithuanian"), "mac": ("mk", "Macedonian"), "mal": ("ml", "Malayalam"), "mao": ("mi", "Maori"),
    "mar": ("mr", "Marathi"), "may": ("ms", "Malay"), "mlt": ("mt", "Maltese"), "mon": ("mn", "Mongolian"),
    "mul": ("", "Multilingual", "Multiple languages"), "nep": ("ne", "Nepali"), "nor": ("no", "Norwegian"),
    "per": ("fa", "Persian", "Farsi"), "pol": ("pl", "Polish"), "por": ("pt", "Portuguese"),
    "pus": ("ps", "Pushto", "Pashto"), "rum": ("ro", "Romanian", "Moldavian"), "rus": ("ru", "Russian"),
    "san": ("sa", "Sanskrit"), "sin": ("si", "Sinhalese", "Sinhala"), "slo": ("sk", "Slovak"),
    "slv": ("sl", "Slovenian", "Slovene"), "som": ("so", "Somali"), "spa": ("es", "Spanish", "Castilian"),
    "srp": ("sr", "Serbian"), "swa": ("sw", "Swahili"), "swe": ("sv", "Swedish"), "tam": ("ta", "Tamil"),
    "tel": ("te", "Telugu"), "tgl": ("tl", "Tagalog"), "tha": ("th", "Thai"), "tib": ("bo", "Tibetan"),
    "tur": ("tr", "Turkish"), "ukr": ("uk", "Ukrainian"), "und": ("", "Undetermined"), "urd": ("ur", "Urdu"),
    "uzb": ("uz", "Uzbek"), "vie": ("vi", "Vietnamese"), "wel": ("cy", "Welsh"), "zul": ("zu", "Zulu"),
}  # fmt: skip
# ISO 639-2 has a second, terminological code for some languages.
_TERMINOLOGICAL = {
    "sqi": "alb", "hye": "arm", "eus": "baq", "mya": "bur", "zho": "chi", "ces": "cze", "nld": "dut", "fra": "fre",
    "kat": "geo", "deu": "ger", "ell": "gre", "isl": "ice", "mkd": "mac", "mri": "mao", "msa": "may", "fas": "per",
    "ron": "rum", "slk": "slo", "bod": "tib", "cym": "wel",
}  # fmt: skip
_CODES = {
    **_TERMINOLOGICAL,
    **{code: code for code in LANGUAGES},
    **{name.casefold(): code for code, names in LANGUAGES.items() for name in names if name},
}

_TAG = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})+")  # "en-GB"; Source: IETF BCP 47


def code(text: str) -> str:
    """Return the ISO 639-2/B code of a language's name or code, or nothing if it is unknown.

    >>> code("English"), code("deu"), code("fr"), code("en-GB"), code("Klingon"), code("German-born")
    ('eng', 'ger', 'fre', 'eng', '', '')
    """
    folded = text.strip().casefold()
    tag = _TAG.fullmatch(folded)
    return _CODES.get(tag.group(1) if tag else folded, "")


def name(language: str) -> str:
    """Return the English name of a code, or the code itself if it is unknown.

    >>> name("ger"), name("xxx")
    ('German', 'xxx')
    """
    return LANGUAGES[language][1] if language in LANGUAGES else language
