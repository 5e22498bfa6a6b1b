"""Countries as the publishers name and number them, in ISO 3166-1 alpha-3.

Comtrade numbers some countries unlike ISO: India 699, the United States 842, France 251,
Switzerland 757, Norway 579, Taiwan 490 ("Other Asia"). The answer names the country of each row,
and `comtrade` refuses one that is about another country than was asked.
"""

from __future__ import annotations

import re
import unicodedata

from third_pillar.vocabulary.codes import REST, WORLD
from third_pillar.vocabulary.errors import ParameterFault
from third_pillar.vocabulary.parameters import nearest

_NUMBERS = """
AGO 24 ARE 784 ARG 32 AUS 36 AUT 40 BDI 108 BEL 56 BGR 100 BRA 76 CAN 124 CHE 757 CHL 152 CHN 156
COD 180 CYP 196 CZE 203 DEU 276 DNK 208 EGY 818 ESP 724 EST 233 FIN 246 FRA 251 GBR 826 GRC 300
GRL 304 HKG 344 HRV 191 HUN 348 IDN 360 IND 699 IRL 372 ISR 376 ITA 380 JPN 392 KAZ 398 KEN 404
KGZ 417 KOR 410 LAO 418 LKA 144 LTU 440 LUX 442 LVA 428 MDG 450 MEX 484 MLT 470 MMR 104 MNG 496
MOZ 508 MYS 458 NAM 516 NGA 566 NLD 528 NOR 579 NZL 554 PER 604 PHL 608 POL 616 PRT 620 ROU 642
RUS 643 SAU 682 SGP 702 SVK 703 SVN 705 SWE 752 THA 764 TUR 792 TWN 490 TZA 834 UGA 800 UKR 804
USA 842 UZB 860 VNM 704 ZAF 710 ZMB 894
"""
_PARTS = _NUMBERS.split()
COMTRADE_NUMBERS = dict(zip(_PARTS[::2], map(int, _PARTS[1::2]), strict=True))
_BY_NUMBER = {number: code for code, number in COMTRADE_NUMBERS.items()}

_NAMES = """
AGO Angola; ARE United Arab Emirates|U Arab Emts|阿联酋; ARG Argentina|阿根廷;
AUS Australia|澳大利亚; AUT Austria|奥地利; BDI Burundi|布隆迪; BEL Belgium|比利时;
BGR Bulgaria|保加利亚;
BRA Brazil|巴西; CAN Canada|加拿大; CHE Switzerland|瑞士; CHL Chile|智利; CHN China|China P Rp|中国;
COD Congo, Democratic Republic of|Congo D. Rep.|刚果民主共和国; CYP Cyprus|塞浦路斯;
CZE Czechia|Czech Republic|捷克; DEU Germany|德国; DNK Denmark|丹麦; EGY Egypt|Egypt A Rp|埃及;
ESP Spain|西班牙; EST Estonia|爱沙尼亚; FIN Finland|芬兰; FRA France|法国;
GBR United Kingdom|U K|英国; GRC Greece|希腊; GRL Greenland|格陵兰; HKG Hong Kong|中国香港;
HRV Croatia|克罗地亚; HUN Hungary|匈牙利; IDN Indonesia|印度尼西亚; IND India|印度;
IRL Ireland|爱尔兰;
ISR Israel|以色列; ITA Italy|意大利; JPN Japan|日本; KAZ Kazakhstan|哈萨克斯坦; KEN Kenya|肯尼亚;
KGZ Kyrgyzstan|吉尔吉斯斯坦;
KOR Korea, Republic of|Korea|South Korea|Korea Rp|Rep. of Korea|韩国; LAO Laos|老挝;
LKA Sri Lanka|Sri Lanka Dsr|斯里兰卡; LTU Lithuania|立陶宛; LUX Luxembourg|卢森堡;
LVA Latvia|拉脱维亚;
MDG Madagascar|马达加斯加; MEX Mexico|墨西哥; MLT Malta|马耳他;
MMR Burma|Myanmar|Burma (Myanmar)|缅甸;
MNG Mongolia|蒙古; MOZ Mozambique|莫桑比克; MYS Malaysia|马来西亚; NAM Namibia|纳米比亚;
NGA Nigeria|尼日利亚; NLD Netherlands|Netherland|荷兰; NOR Norway|挪威;
NZL New Zealand|新西兰; PER Peru|秘鲁;
PHL Philippines|菲律宾; POL Poland|波兰; PRT Portugal|葡萄牙; ROU Romania|罗马尼亚;
RUS Russia|Russian Federation|俄罗斯; SAU Saudi Arabia|Saudi Arab|沙特阿拉伯; SGP Singapore|新加坡;
SVK Slovakia|Slovak Rep|斯洛伐克; SVN Slovenia|斯洛文尼亚; SWE Sweden|瑞典; THA Thailand|泰国;
TUR Turkey|Turkiye|土耳其; TWN Taiwan|中国台湾|Other Asia, nes; TZA Tanzania|Tanzania Rep|坦桑尼亚;
UGA Uganda|乌干达; UKR Ukraine|乌克兰; USA United States|U S A|United States of America|美国;
UZB Uzbekistan|乌兹别克斯坦; VNM Vietnam|Viet Nam|Vietnam Soc Rep|越南; ZAF South Africa|南非;
ZMB Zambia|赞比亚; WLD World total|World|Total|All countries|全部;
OTH Other countries|Unspecified|Areas, nes|Others
"""
_ALPHA_2 = """
AE ARE AR ARG AT AUT AU AUS BE BEL BG BGR BI BDI BR BRA CA CAN CD COD CH CHE CL CHL CN CHN CY CYP
CZ CZE DE DEU DK DNK EE EST EG EGY EL GRC ES ESP FI FIN FR FRA GB GBR GL GRL GR GRC HK HKG HR HRV
HU HUN ID IDN IE IRL IL ISR IN IND IT ITA JP JPN KE KEN KG KGZ KR KOR KZ KAZ LA LAO LK LKA LT LTU
LU LUX LV LVA MG MDG MM MMR MN MNG MT MLT MX MEX MY MYS MZ MOZ NA NAM NG NGA NL NLD NO NOR NZ NZL
AO AGO PE PER PH PHL PL POL PT PRT RO ROU RU RUS SA SAU SE SWE SG SGP SI SVN SK SVK TH THA TR TUR
TW TWN TZ TZA UA UKR UG UGA US USA UZ UZB VN VNM XI GBR ZA ZAF ZM ZMB EU27_2020 EU27 WORLD WLD
"""
_TWO = _ALPHA_2.split()
_BY_ALPHA_2 = dict(zip(_TWO[::2], _TWO[1::2], strict=True))
_COMTRADE_ISO = {"W00": WORLD, "S19": "TWN", "_X": REST, "X": REST}


def _fold(name: str) -> str:
    """A name without case, accents, signs and spaces at its ends."""
    plain = unicodedata.normalize("NFKD", name)
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]+", " ", kept).split()).casefold()


_BY_NAME = {
    _fold(name): entry.split(maxsplit=1)[0]
    for entry in _NAMES.replace("\n", " ").split(";")
    for name in entry.strip().split(maxsplit=1)[1].split("|")
}


def find_by_name(name: str) -> str:
    """The code of a country by the publisher's name; the name in braces where it is not known."""
    return _BY_NAME.get(_fold(name), f"{{{' '.join(name.split())}}}")


def find_by_alpha_2(code: str) -> str:
    """The code by the two letters Eurostat uses (EL is Greece); in braces where not known."""
    return _BY_ALPHA_2.get(code.strip().upper(), f"{{{code.strip()}}}")


def find_by_number(number: int) -> str:
    """The code by Comtrade's number; the number in braces where it is not known."""
    return _BY_NUMBER.get(number, f"{{{number}}}")


def find_by_comtrade_iso(code: str) -> str:
    """Comtrade's own letters, with its signs for the world, Taiwan and unspecified areas."""
    return _COMTRADE_ISO.get(code, code)


def is_known(code: str) -> bool:
    """Whether a code of a flow is a country, and not a publisher's name in braces."""
    return not code.startswith("{")


def find_reporter(text: str) -> tuple[str, int]:
    """Code and Comtrade number of a reporter given as IND or as 699.

    Raises:
        ParameterFault: Not a reporter; names the nearest.
    """
    if text.isdigit() and int(text) > 0:
        return _BY_NUMBER.get(int(text), ""), int(text)
    code = text.upper()
    if code == "EU27":
        raise ParameterFault(
            "UN Comtrade has no reporter EU27", hint="Ask for its members, one --reporter each."
        )
    if code not in COMTRADE_NUMBERS:
        raise ParameterFault(
            f"reporter {text!r} is not known here.{nearest(code, tuple(COMTRADE_NUMBERS))}",
            hint="Give ISO 3166-1 alpha-3 such as IND, or Comtrade's own number such as 699.",
        )
    return code, COMTRADE_NUMBERS[code]
