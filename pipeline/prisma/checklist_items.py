"""The items of the checklists of PRISMA 2020 and PRISMA-S, word for word.

Source: Page et al. 2021, BMJ 372:n71, table 1 (https://doi.org/10.1136/bmj.n71, CC BY 4.0); Rethlefsen et al. 2021,
Systematic Reviews 10:39, table 1 (https://doi.org/10.1186/s13643-020-01542-z, CC BY 4.0).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SOURCES = {
    "PRISMA 2020": "Page MJ et al. The PRISMA 2020 statement. BMJ 2021;372:n71. CC BY 4.0.",
    "PRISMA-S": "Rethlefsen ML et al. PRISMA-S. Syst Rev 2021;10:39. CC BY 4.0.",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a checklist: its number, section, short title and official wording."""

    number: str
    section: str
    topic: str
    wording: str


def _read(text: str) -> Iterator[Item]:
    """Read "# section" and "number topic | wording" lines; an indented line goes on with the one before."""
    section = ""
    for line in re.sub(r"\n\s+", " ", text.strip()).splitlines():
        if line.startswith("# "):
            section = line.removeprefix("# ")
        else:
            head, _, wording = line.partition(" | ")
            number, _, topic = head.partition(" ")
            yield Item(number, section, topic, wording)


PRISMA_2020 = tuple(
    _read("""
# Title
1 Title | Identify the report as a systematic review.
# Abstract
2 Abstract | See the PRISMA 2020 for Abstracts checklist.
# Introduction
3 Rationale | Describe the rationale for the review in the context of existing knowledge.
4 Objectives | Provide an explicit statement of the objective(s) or question(s) the review addresses.
# Methods
5 Eligibility criteria | Specify the inclusion and exclusion criteria for the review and how studies were grouped for
  the syntheses.
6 Information sources | Specify all databases, registers, websites, organisations, reference lists and other sources
  searched or consulted to identify studies. Specify the date when each source was last searched or consulted.
7 Search strategy | Present the full search strategies for all databases, registers and websites, including any
  filters and limits used.
8 Selection process | Specify the methods used to decide whether a study met the inclusion criteria of the review,
  including how many reviewers screened each record and each report retrieved, whether they worked independently, and
  if applicable, details of automation tools used in the process.
9 Data collection process | Specify the methods used to collect data from reports, including how many reviewers
  collected data from each report, whether they worked independently, any processes for obtaining or confirming data
  from study investigators, and if applicable, details of automation tools used in the process.
10a Data items | List and define all outcomes for which data were sought. Specify whether all results that were
  compatible with each outcome domain in each study were sought (e.g. for all measures, time points, analyses), and if
  not, the methods used to decide which results to collect.
10b Data items | List and define all other variables for which data were sought (e.g. participant and intervention
  characteristics, funding sources). Describe any assumptions made about any missing or unclear information.
11 Study risk of bias assessment | Specify the methods used to assess risk of bias in the included studies, including
  details of the tool(s) used, how many reviewers assessed each study and whether they worked independently, and if
  applicable, details of automation tools used in the process.
12 Effect measures | Specify for each outcome the effect measure(s) (e.g. risk ratio, mean difference) used in the
  synthesis or presentation of results.
13a Synthesis methods | Describe the processes used to decide which studies were eligible for each synthesis (e.g.
  tabulating the study intervention characteristics and comparing against the planned groups for each synthesis (item
  #5)).
13b Synthesis methods | Describe any methods required to prepare the data for presentation or synthesis, such as
  handling of missing summary statistics, or data conversions.
13c Synthesis methods | Describe any methods used to tabulate or visually display results of individual studies and
  syntheses.
13d Synthesis methods | Describe any methods used to synthesize results and provide a rationale for the choice(s). If
  meta-analysis was performed, describe the model(s), method(s) to identify the presence and extent of statistical
  heterogeneity, and software package(s) used.
13e Synthesis methods | Describe any methods used to explore possible causes of heterogeneity among study results
  (e.g. subgroup analysis, meta-regression).
13f Synthesis methods | Describe any sensitivity analyses conducted to assess robustness of the synthesized results.
14 Reporting bias assessment | Describe any methods used to assess risk of bias due to missing results in a synthesis
  (arising from reporting biases).
15 Certainty assessment | Describe any methods used to assess certainty (or confidence) in the body of evidence for an
  outcome.
# Results
16a Study selection | Describe the results of the search and selection process, from the number of records identified
  in the search to the number of studies included in the review, ideally using a flow diagram.
16b Study selection | Cite studies that might appear to meet the inclusion criteria, but which were excluded, and
  explain why they were excluded.
17 Study characteristics | Cite each included study and present its characteristics.
18 Risk of bias in studies | Present assessments of risk of bias for each included study.
19 Results of individual studies | For all outcomes, present, for each study: (a) summary statistics for each group
  (where appropriate) and (b) an effect estimate and its precision (e.g. confidence/credible interval), ideally using
  structured tables or plots.
20a Results of syntheses | For each synthesis, briefly summarise the characteristics and risk of bias among
  contributing studies.
20b Results of syntheses | Present results of all statistical syntheses conducted. If meta-analysis was done, present
  for each the summary estimate and its precision (e.g. confidence/credible interval) and measures of statistical
  heterogeneity. If comparing groups, describe the direction of the effect.
20c Results of syntheses | Present results of all investigations of possible causes of heterogeneity among study
  results.
20d Results of syntheses | Present results of all sensitivity analyses conducted to assess the robustness of the
  synthesized results.
21 Reporting biases | Present assessments of risk of bias due to missing results (arising from reporting biases) for
  each synthesis assessed.
22 Certainty of evidence | Present assessments of certainty (or confidence) in the body of evidence for each outcome
  assessed.
# Discussion
23a Discussion | Provide a general interpretation of the results in the context of other evidence.
23b Discussion | Discuss any limitations of the evidence included in the review.
23c Discussion | Discuss any limitations of the review processes used.
23d Discussion | Discuss implications of the results for practice, policy, and future research.
# Other information
24a Registration and protocol | Provide registration information for the review, including register name and
  registration number, or state that the review was not registered.
24b Registration and protocol | Indicate where the review protocol can be accessed, or state that a protocol was not
  prepared.
24c Registration and protocol | Describe and explain any amendments to information provided at registration or in the
  protocol.
25 Support | Describe sources of financial or non-financial support for the review, and the role of the funders or
  sponsors in the review.
26 Competing interests | Declare any competing interests of review authors.
27 Availability of data, code and other materials | Report which of the following are publicly available and where
  they can be found: template data collection forms; data extracted from included studies; data used for all analyses;
  analytic code; any other materials used in the review.
""")
)

PRISMA_S = tuple(
    _read("""
# Information sources and methods
1 Database name | Name each individual database searched, stating the platform for each.
2 Multi-database searching | If databases were searched simultaneously on a single platform, state the name of the
  platform, listing all of the databases searched.
3 Study registries | List any study registries searched.
4 Online resources and browsing | Describe any online or print source purposefully searched or browsed (e.g., tables
  of contents, print conference proceedings, web sites), and how this was done.
5 Citation searching | Indicate whether cited references or citing references were examined, and describe any methods
  used for locating cited/citing references (e.g., browsing reference lists, using a citation index, setting up email
  alerts for references citing included studies).
6 Contacts | Indicate whether additional studies or data were sought by contacting authors, experts, manufacturers, or
  others.
7 Other methods | Describe any additional information sources or search methods used.
# Search strategies
8 Full search strategies | Include the search strategies for each database and information source, copied and pasted
  exactly as run.
9 Limits and restrictions | Specify that no limits were used, or describe any limits or restrictions applied to a
  search (e.g., date or time period, language, study design) and provide justification for their use.
10 Search filters | Indicate whether published search filters were used (as originally designed or modified), and if
  so, cite the filter(s) used.
11 Prior work | Indicate when search strategies from other literature reviews were adapted or reused for a substantive
  part or all of the search, citing the previous review(s).
12 Updates | Report the methods used to update the search(es) (e.g., rerunning searches, email alerts).
13 Dates of searches | For each search strategy, provide the date when the last search occurred.
# Peer review
14 Peer review | Describe any search peer review process.
# Managing records
15 Total records | Document the total number of records identified from each database and other information sources.
16 Deduplication | Describe the processes and any software used to deduplicate records from multiple database searches
  and other information sources.
""")
)
