"""Words that a search misses when it names only one of their forms: plurals, spellings, abbreviations.

The tables are data for a librarian to extend: one line a family of words, or a phrase and what it is shortened to.
"""

import re
from collections.abc import Iterator, Sequence

SHORTEST = 4  # letters before a truncation sign. Source: PubMed User Guide, "Truncation"

# Each line: forms that mean the same, which PubMed looks up apart once a term has a tag or quotes.
# Source: the practice that these be searched together: Cochrane Handbook for Systematic Reviews of Interventions,
# Technical Supplement to Chapter 4, section 3.3 (synonyms, spelling variants, singular and plural). The list is ours.
FAMILIES: tuple[tuple[str, ...], ...] = tuple(
    tuple(line.split())
    for line in """
tumor tumors tumour tumours
neoplasm neoplasms
metastasis metastases
cancer cancers
carcinoma carcinomas
adenocarcinoma adenocarcinomas
carcinoid carcinoids
lesion lesions
malignancy malignancies
insulinoma insulinomas
gastrinoma gastrinomas
glucagonoma glucagonomas
vipoma vipomas
lymphoma lymphomas
sarcoma sarcomas
adenoma adenomas
melanoma melanomas
nodule nodules
resection resections
hepatectomy hepatectomies
transplantation transplantations
transplant transplants
embolization embolizations embolisation embolisations
chemoembolization chemoembolisation
radioembolization radioembolisation
analog analogs analogue analogues
therapy therapies
treatment treatments
trial trials
cohort cohorts
randomized randomised
randomization randomisation
hospitalized hospitalised
hospitalization hospitalisation
immunization immunisation
characterization characterisation
localized localised
generalized generalised
utilization utilisation
tumorigenesis tumourigenesis
anemia anaemia
leukemia leukemias leukaemia leukaemias
ischemia ischaemia
ischemic ischaemic
hypoglycemia hypoglycaemia
hyperglycemia hyperglycaemia
hemorrhage hemorrhages haemorrhage haemorrhages
hemodialysis haemodialysis
hematology haematology
hematoma hematomas haematoma haematomas
edema oedema
esophagus oesophagus
esophageal oesophageal
fetus foetus
fetal foetal
diarrhea diarrhoea
estrogen estrogens oestrogen oestrogens
pediatric paediatric
pediatrics paediatrics
orthopedic orthopaedic
gynecology gynaecology
gynecologic gynaecologic
anesthesia anaesthesia
anesthetic anesthetics anaesthetic anaesthetics
cesarean caesarean
celiac coeliac
cecum caecum
feces faeces
fecal faecal
center centers centre centres
fiber fibers fibre fibres
color colour
behavior behaviors behaviour behaviours
labor labour
aging ageing
gray grey
sulfate sulphate
counseling counselling
program programs programme programmes
child children
infant infants
woman women
man men
adolescent adolescents
patient patients
disorder disorders
syndrome syndromes
infection infections
fracture fractures
injury injuries
stroke strokes
ulcer ulcers
thrombosis thromboses
stenosis stenoses
prognosis prognoses
diagnosis diagnoses
biopsy biopsies
nurse nurses
caregiver caregivers
""".strip().splitlines()
)  # fmt: skip
_FAMILY = {word: family for family in FAMILIES for word in family}

# Each line: a phrase, in the first form of its families, and what it is shortened to.
# Source: abbreviations in use in the two seed reviews and in trial reports; the list is ours.
ACRONYMS: dict[str, tuple[str, ...]] = {
    "neuroendocrine tumor": ("NET", "NETs"),
    "neuroendocrine neoplasm": ("NEN", "NENs"),
    "neuroendocrine carcinoma": ("NEC", "NECs"),
    "pancreatic neuroendocrine tumor": ("PNET", "PNETs", "panNET", "panNETs"),
    "pancreatic neuroendocrine neoplasm": ("PNEN", "PNENs", "panNEN", "panNENs"),
    "gastroenteropancreatic neuroendocrine tumor": ("GEP-NET", "GEP-NETs", "GEPNET", "GEPNETs"),
    "gastroenteropancreatic neuroendocrine neoplasm": ("GEP-NEN", "GEP-NENs", "GEPNEN", "GEPNENs"),
    "neuroendocrine liver metastasis": ("NELM", "NELMs", "NETLM", "NETLMs"),
    "neuroendocrine tumor liver metastasis": ("NETLM", "NETLMs", "NELM", "NELMs"),
    "hepatocellular carcinoma": ("HCC",),
    "peptide receptor radionuclide therapy": ("PRRT",),
    "transarterial chemoembolization": ("TACE",),
    "transarterial embolization": ("TAE",),
    "transarterial radioembolization": ("TARE", "SIRT"),
    "selective internal radiation therapy": ("SIRT", "TARE"),
    "radiofrequency ablation": ("RFA",),
    "microwave ablation": ("MWA",),
    "somatostatin analog": ("SSA", "SSAs"),
    "randomized controlled trial": ("RCT", "RCTs"),
    "chronic obstructive pulmonary disease": ("COPD",),
    "chronic kidney disease": ("CKD",),
    "coronary artery disease": ("CAD",),
    "deep vein thrombosis": ("DVT",),
    "magnetic resonance imaging": ("MRI",),
    "computed tomography": ("CT",),
    "positron emission tomography": ("PET",),
    "acute myocardial infarction": ("AMI", "STEMI", "NSTEMI"),
    "acute respiratory distress syndrome": ("ARDS",),
    "attention deficit hyperactivity disorder": ("ADHD",),
    "post-traumatic stress disorder": ("PTSD",),
    "polycystic ovary syndrome": ("PCOS",),
    "human immunodeficiency virus": ("HIV",),
    "inflammatory bowel disease": ("IBD",),
    "irritable bowel syndrome": ("IBS",),
    "non-small cell lung cancer": ("NSCLC",),
    "small cell lung cancer": ("SCLC",),
    "squamous cell carcinoma": ("SCC",),
    "intensive care unit": ("ICU", "ICUs"),
}


def variants(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """List what a term's words could also be written as: the place of the word, and the other form.

    The last word has plurals and spellings, the others only spellings: "patients satisfaction" is nothing to look for.

    >>> list(variants(("liver", "metastasis"))), list(variants(("tumor", "necrosis")))
    ([(1, 'metastases')], [(0, 'tumour')])
    """
    for place, word in enumerate(words):
        others = _FAMILY.get(word, ()) if place == len(words) - 1 else spellings(word)
        yield from ((place, other) for other in others if other != word)


def spellings(word: str) -> tuple[str, ...]:
    """List a word and its other spellings, all in the singular or all in the plural, as the word is."""
    return tuple(other for other in _FAMILY.get(word, (word,)) if _is_plural(other) == _is_plural(word))


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith(("is", "us", "ss"))


def forms(word: str) -> tuple[str, ...]:
    """Return the fewest words that find a whole family: a plural is covered by truncation, another spelling is named.

    >>> forms("tumor"), forms("metastases"), forms("man"), forms("liver")
    (('tumor*', 'tumour*'), ('metastas*',), ('man', 'men'), ('liver',))
    """
    left = sorted(_FAMILY.get(word, (word,)), key=len)
    found = []
    while left:
        first = left[0]
        start = next(
            (first[: len(first) - cut] for cut, end in _PLURALS if first[: len(first) - cut] + end in left[1:]), ""
        )
        cut_short = len(start) >= SHORTEST
        found.append(start + "*" if cut_short else first)
        left = [other for other in left[1:] if not (cut_short and other.startswith(start))]
    return tuple(found)


# How plurals are made: letters taken off the singular, letters put on.
_PLURALS = ((0, "s"), (2, "es"), (1, "ies"))


def acronyms(words: Sequence[str]) -> tuple[str, ...]:
    """List what a phrase is shortened to; empty if the table does not hold it.

    Plurals and spellings do not matter.

    >>> acronyms(("Neuroendocrine", "tumours"))
    ('NET', 'NETs')
    """
    plain = " ".join(_FAMILY.get(word, (word,))[0] for word in re.sub(r"[^\w\s-]", "", " ".join(words)).lower().split())
    return ACRONYMS.get(plain, ())
