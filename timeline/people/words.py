"""Ordinary words and products that accounts are named by, and words that are names of people too."""

from __future__ import annotations

_ACCOUNTS = """
admin administrator agent alert alerts all alarm analytics anyone api app apps audit auth auto backend backup bot build
builder cache check checkout ci client cloud cluster code commander community cron customer customers daemon data database
db debug default deploy deployer deployment desk dev developer devops docs everyone frontend gateway guest help helpdesk
here host hosting hub incident info infra infrastructure integration internal job jobs lead leader log logs login mail
main manager master metrics mobile monitor monitoring network news nobody node none null office oncall on-call operations
operator ops owner page payment payments platform primary prod production proxy public queue release releases reader report
reporter robot root sales search secondary security server service services shop site someone somebody sre staff staging
status storage store support sync sysadmin system systems team test tester testing tests tool tools user users web webmaster
work worker
"""
_PRODUCTS = """
akamai alertmanager amazon ansible argo argocd atlassian aws azure bitbucket calendar cd cloudflare confluence consul datadog
docker drive duty elastic elasticsearch fastly flux github gitlab google grafana helm icinga influx jenkins jira k8s kafka kibana
kubernetes loki microsoft mysql nagios nomad opensearch opsgenie oracle pager pagerduty postgres postgresql prometheus rabbit redis
relic reminder salesforce sentry servicenow slack splunk spinnaker standup statuspage teams terraform thanos vault victorops
workflow zabbix zendesk zoom
"""
_NAMES = """
amber april art august autumn baker bank banks bell best bill bird black bloom blue bob bright brook brown bush call can case
cash chance change charge chase chip christian clay clear close cloud cook cooper cost cross crystal daisy dale dash dawn day
dean drew duke earl early east eve faith field fields fish flowers ford forest fox frank free friend gene glass glen gold good
grace grant gray green grey guy hall hand harmony hazel heath heather high hill holly hope house hunter iris ivy jack jade jay
jean job joy judge june just justice key king knight lake lamb lance land lane law leaf lee light lily little long lord love
low major mark mars marsh martin mason max may mercy merit miles mill miller mint moon moss new nice night noble norm north
office old olive page park parks pat patience patch pearl penny peace piece pierce pool pope post power powers price pride
prince queen rain ray read red reed rich ridge right rip rise river rivers rob robin rock root rose royal ruby rule rush rusty
sage sandy school scout sharp shell short silver skip sky small snow song south speed spring star stark stern still stone
storm street strong sue summer sun sunny swift temple term tower trace trust tuna van victor victory view violet walker wall
ward warren waters way weeks wells west white wild will win winter wise wolf wood woods worth wright yard young zone
"""
_WORDS = """
a about above after again almost also always an and any are as at away back be because been before begin below between both
bug but by came cap cause change come could cpu days did disk do does done down each end error errors even ever every fail
failed fast few file find fine first fix fixed for from full gave get give go goes gone got had has have he her high him his hour
how i if in instead into is it its job keep kill know last late later latency least left less let like limit line list load
look lost made make many me memory min minute minutes more most move much must my near need never next no not nothing now
of off often ok on once one only open or other our out over own part past pod point put ran rate ready reset restart retry
run said same save saw say scale see seen sent set she should show side since slow so some soon start state stop such sure
take than that the their them then there they thing this those through time to today too top try turn two under until up us
use very was watch we well went were what when where which while who why with yes yet you your
"""
_OTHER = """
administrador administrateur betrieb dienst entwickler equipe exploitation koch kunde leitung mensch nutzer produktion
rechner rolle rot schwarz servicio soporte stern system technik tecnico usuario utilisateur verwalter wagner weber weiss wolf
админ администратор бот дежурный оператор поддержка сервис система тест
安全 测试 測試 成功 服务 服務 高峰 高明 高兴 和平 光明 健康 机器人 機器人 监控 管理 管理员 管理員 客服 数据 時間 时间 系统 系統
研发 运维 運維 システム サーバー サーバ ユーザー テスト ボット オンコール チーム サポート モニター 値班 值班 值班员 开发 開発 運用 監視 担当 担当者 管理者 全員 青空 希望 連接 连接 安全员
관리자 개발 개발자 담당자 운영 운영자 시스템 서버 테스트
ระบบ ผู้ดูแล แอดมิน ทีมงาน ทดสอบ ใจดี สมบูรณ์ สำเร็จ ยินดี พร้อม ปกติ แก้ไข ประเสริฐ สันติ เจริญ มานะ สวัสดี
"""
_PARTS = """
al bin da das de del della den der di do dos du e el ibn la las le les los mac mc of san st ten ter the und van von y zu
dr mr mrs ms prof sir jr sr ii iii phd
"""
#: In lower case. A name of these words alone is taken for them, save where it can only be a name.
ORDINARY = frozenset(f"{_ACCOUNTS} {_PRODUCTS} {_NAMES} {_WORDS} {_OTHER}".split())
#: Those that are also names of people, given or of families.
ALSO_NAMES = frozenset(_NAMES.split())
#: Parts of a name that by themselves name nobody.
PARTICLES = frozenset(_PARTS.split())
