"""English phrases around times and durations that tell what they are of: alternatives of patterns."""

from __future__ import annotations

from typing import Final

#: What is to come, what might have been, what comes again and again, other incidents: nothing that facts could refute.
NOT_SO: Final = (
    r"\b(?:will|shall|would|(?<!by the time we )(?<!until we )(?<!customers )(?<!users )(?<!people )(?<!they )(?<!drivers )(?<!shoppers )(?<!nobody )(?<!everybody )could(?! (?:read|see|not|no longer)\b)|should|might|may have|scheduled|planned|plan to|tomorrow|deadlines?|expires?|expiry(?!\b[^.;,]{0,40}\b(?:warn|alert|notic|report))|valid (?:until|till|from)"
    r"|if(?! (?:we|you|one) (?:go|judge)\w? by| (?:the|our) (?:\w+ )?(?:alerts?|logs?|metrics?|chart|chat|timestamps?|records?|data|timeline) (?:is|are) (?:right|correct|to be (?:believed|trusted))| memory serves| anything)|unless|whether|assum\w{1,6}|suppos\w{1,6}|hypothe\w{1,8}|expected to|due (?:by|on|at|date)|next (?:week|month|sprint|quarter|year)"
    r"|in (?:the )?future|from now on|from here on|must(?! have)|ha(?:s|ve) to|meant to|ought to|going to|intend\w{0,3}"
    r"|(?:previous|prior|earlier|past|last|another|other|similar) (?:incidents?|outages?|occurrences?|year|month|quarter|week)"
    r"|(?<!the )last time|(?:previous|prior|earlier|past) time|last (?:month|year|week|quarter)['’]s|(?:same|like|as) (?:in|on) (?:the )?(?:previous|last|earlier)"
    r"|years? ago|months? ago|weeks? ago|days? ago|last (?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r"|the (?:day|night|evening|morning|week) before|the previous (?:day|night|evening|morning)|yesterday|the (?:next|following) (?:day|morning|week)"
    r"|every (?:day|night|morning|evening|week|hour|month|weekday)|(?:daily|nightly|weekly|hourly)(?!\s[\w-]{2,20}(?:\s[\w-]{2,20})?\s(?:failed|broke|stopped|crashed|died)\b)|each (?:day|night|morning|week)|on weekdays|cron\w{0,6}"
    r"|(?:unlike|compared (?:to|with)|as in) the (?:\w+ )?(?:incident|outage) (?:of|on|in|from)"
    r"|meetings?|hand-?overs?|stand-?ups?|retrospectives?|rota|on-call schedule"
    r"|wrongly|incorrectly|mistakenly|claimed that|believed|thought|guess\w{0,4}|the plan (?:said|was|is)|estimat\w{1,5}|targets?|goals?"
    r"|every (?:january|february|march|april|may|june|july|august|september|october|november|december|year|spring|summer|autumn|fall|winter|time)|always|usually|normally|typically"
    r"|clocks?(?: (?:in|of) [a-z ]{2,20})? (?:go(?:es)?|went|going|change[ds]?|were (?:put|set)|jump(?:s|ed)?) (?:back|forward|ahead|over|from)|change of (?:the )?clocks"
    r"|(?:had )?fear(?:ed|ing)|expected|first (?:estimates?|numbers|reports)|(?:we|they|i) (?:had )?(?:said|wrote|told \w{2,12}|reported|announced|stated|communicated) that|contrary to|according to (?:the|our) (?:runbook|playbook|documentation|docs|policy|manual|wiki)"
    r"|(?:an?|any|each) (?:\w+ ){1,3}takes"
    r"|promis\w{1,4}|budgeted|runbooks? (?:says?|said|gives?|allows?)|supposed)\b"
)
#: Of another time than the incident's, whatever else a sentence says.
LONG_AGO: Final = (
    r"\b(?:(?:years?|months?) ago|last (?:year|month|quarter|spring|summer|autumn|fall|winter)"
    r"|in (?:the|an|our) (?:earlier |previous |last |similar )?(?:outages?|incidents?) (?:of|in|from|on) (?!the\b))"
)
#: What was done to a thing some time, which is no time of the fact that shows it.
HISTORY: Final = (
    r"\b(?:releas\w{1,3}|introduc\w{1,4}|added|creat\w{1,3}|written|built|found\w{0,2}|since|upgrad\w{1,3}|migrat\w{1,4}|resized|touched|review\w{1,3}"
    r"|install\w{1,3}|launch\w{1,3}|announc\w{1,4}|took place|held|bought|signed|renewed|issued|documented|last (?:changed|updated|edited)|had \w{2,20}ed|ends?|expires?|comes?|longest|worst|biggest)\b"
)
#: It came again and again: a span is of all its times.
AGAIN: Final = r"\b(?:(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,3}|several|many) (?:times|firings)|twice|thrice|repeatedly|again and again|flapp\w{2,3}|on and off)\b"
#: What was so for a while, at any time of it.
GOING_ON: Final = r"\b(?:was|were|is|are|still|kept|already)\s(?:\w+\s){0,2}?(?:\w{2,20}ing|down|unavailable|degraded|slow|high|offline|active|open)\b"
#: What the incident's own times are of.
OF_INCIDENT: Final = r"\b(?:incident|outage|disruption|window)\b"
#: Before `00:03:10` that is a length.
LENGTH_BEFORE: Final = r"(?:last\w{2,3}|took|for|duration|time to(?: \w{2,15}){1,3}?|MTT[ADR]|TT[ADR])(?: was| is|\s?[=])?[\s:]{1,3}$"
#: Before a time that is no time of day: a length, a port, a score.
NO_TIME: Final = (
    r"\b(?:lasted|lasting|took|taking|duration(?: of)?|elapsed|length(?: of)?|uptime(?: of)?|time to(?: \w{2,15}){1,3}?|MTT[ADR]|TT[ADR]|ratios?\b[^.;]{0,40}|score|odds|port|scale|verse|line)"
    r"\s{0,3}(?:about|around|was|is|of|:)?\s{0,3}$"
)
#: After a time that is a name of something.
NAMES: Final = r"\)?[\s-]{1,3}(?:batch|cron|cronjob|jobs?|meeting|hand-?over|hand-?off|stand-?up|deadline|shift|sync|maintenance|ratio|odds|review|backup|run|schedule|(?:h|hrs?|hours|min(?:utes)?)\s(?:after|before|later|long|into))\b"
#: Columns of lengths and settings, which hold no times of day.
LENGTHS: Final = r"durat|length|took|elapsed|ttl|timeout|budget|threshold|due|deadline"
#: Before the time of the end of what a fact begins, and of the beginning of what it ends.
ENDING: Final = (
    r"\b(?:until|till|to|through|stopp\w{1,4}|stops?|end(?:s|ed)?|resolv\w{1,4}|clear(?:s|ed|ing)?|recover\w{0,4}|over|back|finish\w{0,3}|heal\w{0,3}|closed?"
    r"|ceased?|subsid\w{1,4}|went quiet|quiet|gone|last(?:s|ed|ing)?|normal|complet\w{1,4})\b"
)
BEGINNING: Final = (
    r"\b(?:fir(?:es|ed|ing)|start\w{0,3}|beg[au]n|begins?|since|from|opened|going off|went off)\b"
)

#: Around a duration that is a setting, a rate, a latency or a part of something: no time between two facts.
SETTING_BEFORE: Final = (
    r"(?:\bof (?:those|these|the|its|their|our|that) |\b(?:every|each|per|last|first|next|past|previous|final|initial|remaining|age of|timed? ?out (?:after|at)|time-?outs? (?:of|is|was|at|to|from)"
    r"|retention (?:of|is)|TTL (?:of|is|was)|leases? (?:of|is)|interval (?:of|is)|window (?:of|is)|intervals of|set to|configured (?:to|for|at|as)"
    r"|limit(?:ed)? (?:of|is|to|at)|threshold (?:of|is|was|at)|budget (?:of|is|for)|back-?off (?:of|is)|cache[sd]? for|spent|grace period (?:of|is)|deadline of"
    r"|sleeps?(?: for)?|wait(?:s|ed|ing)?(?: up to| for| at most)?|polls?|scrap\w{1,4}|sampl\w{1,4}|rate over|averaged? over|over (?:the|a|any)|raised to|lowered to|from|increased to|reduced to|bumped to"
    r"|tim(?:ing|es) out after|retr\w{1,4}(?: after| for)?|wait(?:ing)? for|evaluated over|held for|for:|(?:attempts?|retries|requests|tries) in)\s{1,3}"
    r"(?:about|around|~|up to|more than|less than|at least|at most|only|the|a|an|just|over)?\s{0,3})$"
)
SETTING_AFTER: Final = (
    r"[\s-]{0,3}(?:time-?outs?|windows?|retention|budgets?|intervals?|TTLs?|leases?|averages?|rates?|rolling|moving|ranges?|resolution|step|buckets?|bins|granularity|precision"
    r"|scrap\w{1,4}|poll\w{0,4}|thresholds?|limits?|back-?offs?|grace|SLO|SLA|error budget|p\d\d|percentiles?|quantiles?|deadline|cache|refresh|delay setting|cool-?down"
    r"|latenc\w{1,3}|response times?|ago|old|of (?:CPU|retention|history|data|logs|margin|headroom|drift|skew|slack)|per|a (?:day|week|month|year)|lookback|look-back|from now|meeting|call|review"
    r"|wide|waits?|soak\w{0,3}|bake|hold|pauses?|sleeps?|warm-?up|drain\w{0,3}|for (?:clause|rule|duration)|rules?|keep-?alives?|heart-?beats?|target|goal|objective|shift|sprint|trial)\b"
)
SETTING: Final = (
    r"\b(?:p\d{2,3}|percentiles?|quantiles?|round[- ]trip|respond(?:ed|ing)? in|request (?:took|duration)|requests took|queries took|query took"
    r"|time-?outs?(?! (?:went on|lasted|last|began|started|persisted|continued|stopped|ended|ceased|alert))|TTLs?|retention|intervals?|configur\w{1,6}|scraped? every|evaluat\w{1,4} every|SL[OA]s?|objective|error budget|lookback|keep-?alive|backoff|uptime"
    r"|clock (?:skew|drift|offset)|write-?up|write the|lease|polic(?:y|ies)|gives us|allows?|allowed|requires?|agreed|contract\w{0,5}|at (?:this|that|the same|such an?) (?:rate|pace|speed)|at \d[\d.,]* \w+ (?:a|an|per) (?:second|minute|hour|day))\b"
)
#: Beside these words, seconds are what was measured.
LATENCY: Final = r"\b(?:h[eo]ld(?:s|ing)? (?:its|a|an|the|their|one|every|each) (?:\w+ )?(?:connections?|locks?)|instead of \d[\d.]* ?m?s|latenc\w{1,3}(?! (?:alert|alarm|page))|response times?)\b"
SETTING_COLUMN: Final = r"time-?out|ttl|interval|retention|threshold|latency|window|budget|p\d\d|limit|setting|due|estimate|target|SL[OA]"
#: How long something was so: of one fact, it is its life.
LASTS: Final = (
    r"\b(?:last(?:s|ed|ing)?|for|long|took|taken|stay(?:s|ed)?|remain(?:s|ed)?|fir(?:es|ed|ing) for|down|outage|unavailab\w{1,6}|downtime|duration|until|degrad\w{1,6}|kept|continu\w{1,4}"
    r"|over|ended|stopped|clear\w{0,3}|resolv\w{1,4})\b"
)
#: How long after something else: never the life of one fact.
FROM: Final = r"\b(?:later|after|before|earlier|since|prior|ahead|behind|between|following|preceding|within|passed|elapsed|acknowledg\w{1,6}|acked|respond\w{0,3}|notice\w{0,1}|detect\w{0,3}|notif\w{1,6}|paged?|to)\b"
#: Right before a duration: how long it was so, whatever stands around it.
FOR: Final = (
    r"\b(?:lasted|lasting|(?:fir(?:ed|ing|es)|down|out|unavailable|degraded|active|alerting|open|silenced|running|unreachable|offline|flapp\w{2,3}|went on|kept going|continued|persisted|(?:stayed|remained|was|were) [a-z]{2,12}) for)"
    r"\s{1,3}(?:the|a|an|all of|some|just (?:short of|shy of|under|over)|a little (?:under|over|less than|more than)|nearly|almost|about|around|roughly|only|over|under|close to|well over"
    r"|(?:more|less) than|at least|at most|not quite|another)?\s?$"
)
LATER: Final = r"\s{0,3}(?:later|afterwards|after that|on)\b"
#: What a duration is the length of, where it stands as an adjective.
LONG: Final = r"-?\s?-?(?:long\s)?(?:outage|incident|downtime|disruption|degradation|gap|delay|blackout|interruption|impact|brown-?out|episode|lag|silence|lead)"
