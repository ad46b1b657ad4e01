"""The methods by name and version: what a finding names is looked up here, and nowhere else.

A method whose result changes gets a new version and a line in CHANGELOG.md; every id has its page in
`docs/methods/`. The functions are found by their dotted name, so that this table imports nothing.
"""

from collections.abc import Mapping
from types import MappingProxyType

METHODS: Mapping[str, str] = MappingProxyType(
    {
        "spatial-model/1": "comity.engine.opinion.spatial:spatial_model",
        "opinion-groups/1": "comity.engine.opinion.groups:opinion_groups",
        "support/1": "comity.engine.opinion.support:share",
        "corrected-support/1": "comity.engine.opinion.support:corrected_shares",
        "common-ground/1": "comity.engine.opinion.common_ground:common_ground",
        "reserved-differences/1": "comity.engine.opinion.differences:differences",
        "representative-statements/1": "comity.engine.opinion.differences:representativeness",
        "divisiveness/1": "comity.engine.opinion.differences:divisiveness",
        "equal-shares/1": "comity.engine.opinion.slates.equal_shares:equal_shares",
        "phragmen/1": "comity.engine.opinion.slates.phragmen:phragmen",
        "sequential-pav/1": "comity.engine.opinion.slates.pav:sequential_pav",
        "exact-pav/1": "comity.engine.opinion.slates.pav:exact_pav",
        "slate-certificate/1": "comity.engine.opinion.slates.certificate:certificate",
        "party-accounts/1": "comity.engine.opinion.audit.accounts:accounts",
        "missing-parties/1": "comity.engine.opinion.audit.presence:presence",
        "leave-one-out/1": "comity.engine.opinion.audit.absence:standing",
        "smallest-change/1": "comity.engine.opinion.audit.smallest:smallest_for_common",
        "coordinated-voting/1": "comity.engine.opinion.audit.coordination:coordination",
        "routing/1": "comity.engine.opinion.routing:next_statement",
        "classic/1": "comity.engine.opinion.classic.pipeline:classic_pipeline",
        "classic-representative/1": "comity.engine.opinion.classic.representative:representative_statements",
        "classic-consensus/1": "comity.engine.opinion.classic.consensus:consensus_statements",
        "classic-priorities/1": "comity.engine.opinion.classic.priorities:statement_priorities",
        "group-informed-consensus/1": "comity.engine.opinion.classic.consensus:group_informed_consensus",
        "ideal-points/1": "comity.engine.opinion.dynamic.model:ideal_points",
        "banzhaf/1": "comity.engine.power.banzhaf:banzhaf_power",
        "shapley-shubik/1": "comity.engine.power.shapley_shubik:shapley_shubik_power",
        "coleman/1": "comity.engine.power.coleman:power_to_act",
        "coalitions/1": "comity.engine.power.coalitions:coalitions",
        "owen/1": "comity.engine.power.unions:union_power",
        "banzhaf-owen/1": "comity.engine.power.unions:union_power",
        "power-in-fact/1": "comity.engine.power.chances:decision_chances",
        "fair-weights/1": "comity.engine.power.inverse:fair_weights",
        "nash-package/1": "comity.engine.bargaining.solutions:nash",
        "kalai-smorodinsky-package/1": "comity.engine.bargaining.solutions:kalai_smorodinsky",
        "egalitarian-package/1": "comity.engine.bargaining.solutions:egalitarian",
        "utilitarian-package/1": "comity.engine.bargaining.solutions:utilitarian",
        "package-frontier/1": "comity.engine.bargaining.frontier:frontier",
        "single-text/1": "comity.engine.bargaining.single_text:next_proposal",
    }
)
