"""Names of months, weekdays, day halves and time zones, as feeds around the world write them.

A name that means different months in different languages ("listopad": November in Polish, October in Croatian) is kept
apart: such a date is unclear unless it says the day of the week.  Names are compared folded (`folded`).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# A paragraph a language: twelve months, alternatives joined by "/".
_MONTHS = """
january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sep/sept october/oct
november/nov december/dec

januar/jänner/jän februar/feber märz/mär/mrz april mai juni juli august september oktober/okt november dezember/dez

janvier/janv février/févr/fév mars avril/avr mai juin juillet/juil août septembre octobre novembre décembre/déc

enero/ene febrero marzo abril/abr mayo junio julio agosto/ago septiembre/setiembre octubre noviembre diciembre/dic

gennaio/gen febbraio/febbr marzo aprile maggio/mag giugno/giu luglio/lug agosto/ago settembre/set/sett ottobre/ott
novembre dicembre/dic

janeiro fevereiro/fev março abril/abr maio junho julho agosto/ago setembro/set outubro/out novembro dezembro/dez

januari februari maart/mrt april mei juni juli augustus september oktober/okt november december

januari februari mars april maj juni juli augusti september oktober/okt november december

januar februar marts april maj juni juli august september oktober/okt november december

januar februar mars april mai juni juli august september oktober/okt november desember/des

tammikuu/tammikuuta/tammi helmikuu/helmikuuta/helmi maaliskuu/maaliskuuta/maalis huhtikuu/huhtikuuta/huhti
toukokuu/toukokuuta/touko kesäkuu/kesäkuuta/kesä heinäkuu/heinäkuuta/heinä elokuu/elokuuta/elo
syyskuu/syyskuuta/syys lokakuu/lokakuuta/loka marraskuu/marraskuuta/marras joulukuu/joulukuuta/joulu

jaanuar/jaan veebruar/veebr märts aprill mai juuni juuli august september oktoober november detsember/dets

janvāris/janvārī februāris/februārī marts/martā aprīlis/aprīlī maijs/maijā jūnijs/jūnijā jūlijs/jūlijā
augusts/augustā septembris/septembrī oktobris/oktobrī novembris/novembrī decembris/decembrī

sausio/sausis/saus vasario/vasaris/vas kovo/kovas/kov balandžio/balandis/bal gegužės/gegužė/geg birželio/birželis/birž
liepos/liepa/liep rugpjūčio/rugpjūtis/rugp rugsėjo/rugsėjis/rugs spalio/spalis/spal lapkričio/lapkritis/lapkr
gruodžio/gruodis/gruod

styczeń/stycznia/sty luty/lutego/lut marzec/marca kwiecień/kwietnia/kwi maj/maja czerwiec/czerwca/cze
lipiec/lipca/lip sierpień/sierpnia/sie wrzesień/września/wrz październik/października/paź listopad/listopada/lis
grudzień/grudnia/gru

leden/ledna/led únor/února/úno březen/března/bře duben/dubna/dub květen/května/kvě červen/června/čvn
červenec/července/čvc srpen/srpna/srp září/zář říjen/října/říj listopad/listopadu/lis prosinec/prosince/pro

január/januára február/februára marec/marca apríl/apríla máj/mája jún/júna júl/júla august/augusta
september/septembra október/októbra november/novembra december/decembra

siječanj/siječnja/sij veljača/veljače/velj ožujak/ožujka/ožu travanj/travnja/tra svibanj/svibnja/svi
lipanj/lipnja/lip srpanj/srpnja/srp kolovoz/kolovoza/kol rujan/rujna/ruj listopad/listopada/lis
studeni/studenoga/stu prosinac/prosinca/pro

januar/januara februar/februara mart/marta april/aprila maj/maja jun/juna/juni jul/jula/juli avgust/avgusta
septembar/septembra oktobar/oktobra novembar/novembra decembar/decembra

januarja februarja marca aprila maja junija/junij julija/julij avgusta/avg septembra oktobra novembra decembra

јануар/јануара/јан фебруар/фебруара/феб март/марта/мар април/априла/апр мај/маја јун/јуна јул/јула август/августа/авг
септембар/септембра/сеп октобар/октобра/окт новембар/новембра/нов децембар/децембра/дец

január február/febr március/márc április/ápr május/máj június/jún július/júl augusztus szeptember/szept október
november december

ianuarie/ian februarie martie aprilie mai iunie/iun iulie/iul august septembrie octombrie noiembrie/noi decembrie

януари/яну февруари/фев март април/апр май юни юли август/авг септември/сеп октомври/окт ноември/ное декември/дек

январь/января/янв февраль/февраля/фев/февр март/марта/мар апрель/апреля/апр май/мая июнь/июня/июн июль/июля/июл
август/августа/авг сентябрь/сентября/сен/сент октябрь/октября/окт ноябрь/ноября/ноя/нояб декабрь/декабря/дек

січень/січня/січ лютий/лютого/лют березень/березня/бер/берез квітень/квітня/кві/квіт травень/травня/тра/трав
червень/червня/чер/черв липень/липня/лип серпень/серпня/сер/серп вересень/вересня/вер/верес жовтень/жовтня/жов/жовт
листопад/листопада/лис/лист/листоп грудень/грудня/гру/груд

студзень/студзеня/сту люты/лютага сакавік/сакавіка/сак красавік/красавіка/кра май/мая/траўня чэрвень/чэрвеня/чэр
ліпень/ліпеня/ліп жнівень/жніўня/жні верасень/верасня кастрычнік/кастрычніка/кас лістапад/лістапада/ліс
снежань/снежня/сне

ιανουάριος/ιανουαρίου/ιαν/ιανού φεβρουάριος/φεβρουαρίου/φεβ/φεβρου μάρτιος/μαρτίου/μαρ/μάρτ/μάρ
απρίλιος/απριλίου/απρ μάιος/μαΐου/μαι ιούνιος/ιουνίου/ιουν/ιούν ιούλιος/ιουλίου/ιουλ/ιούλ/ιολ
αύγουστος/αυγούστου/αυγ/αύγ σεπτέμβριος/σεπτεμβρίου/σεπ/σεπτ οκτώβριος/οκτωβρίου/οκτ νοέμβριος/νοεμβρίου/νοε/νοέμ
δεκέμβριος/δεκεμβρίου/δεκ

ocak/oca şubat/şub mart nisan/nis mayıs haziran/haz temmuz/tem ağustos/ağu eylül/eyl ekim/eki kasım/kas aralık/ara

januari februari maret/mac april/apr mei/mei juni juli agustus/agu september oktober/okt november/nop desember/des

januari/jan februari/feb mac april mei jun julai/jul ogos/ogo september/sep oktober/okt november disember/dis

gener febrer març abril/d'abril/d’abril maig juny juliol agost/d'agost/d’agost setembre octubre/d'octubre/d’octubre
novembre desembre

urtarrila/urtarrilak/urtarrilaren otsaila/otsailak/otsailaren martxoa/martxoak/martxoaren apirila/apirilak/apirilaren
maiatza/maiatzak/maiatzaren ekaina/ekainak/ekainaren uztaila/uztailak/uztailaren abuztua/abuztuak/abuztuaren
iraila/irailak/irailaren urria/urriak/urriaren azaroa/azaroak/azaroaren abendua/abenduak/abenduaren

xaneiro/xan febreiro marzo abril maio xuño/xuñ xullo/xul agosto setembro outubro novembro decembro

ionawr/ion chwefror/chwef mawrth ebrill/ebr mai mehefin/meh gorffennaf/gorff awst medi hydref/hyd tachwedd/tach
rhagfyr/rhag

eanáir/ean feabhra/feabh márta aibreán/aib bealtaine/beal meitheamh/meith iúil lúnasa/lún
meán_fómhair deireadh_fómhair samhain/samh nollaig/noll

يناير/كانون_الثاني/جانفي فبراير/شباط/فيفري مارس/آذار أبريل/إبريل/ابريل/نيسان/أفريل مايو/أيار/ماي يونيو/حزيران/جوان
يوليو/تموز/جويلية أغسطس/آب/أوت/اغسطس سبتمبر/أيلول أكتوبر/تشرين_الأول/اكتوبر نوفمبر/تشرين_الثاني ديسمبر/كانون_الأول

ינואר/בינואר פברואר/בפברואר מרץ/במרץ/מרס/במרס אפריל/באפריל מאי/במאי יוני/ביוני יולי/ביולי אוגוסט/באוגוסט ספטמבר/בספטמבר
אוקטובר/באוקטובר נובמבר/בנובמבר דצמבר/בדצמבר

जनवरी फ़रवरी/फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर/सितम्बर अक्टूबर/अक्तूबर नवंबर/नवम्बर दिसंबर/दिसम्बर

জানুয়ারি/জানুয়ারী ফেব্রুয়ারি/ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর

جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر

มกราคม/ม.ค กุมภาพันธ์/ก.พ มีนาคม/มี.ค เมษายน/เม.ย พฤษภาคม/พ.ค มิถุนายน/มิ.ย กรกฎาคม/ก.ค สิงหาคม/ส.ค กันยายน/ก.ย
ตุลาคม/ต.ค พฤศจิกายน/พ.ย ธันวาคม/ธ.ค

一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月

januaro februaro marto aprilo majo junio julio aŭgusto septembro oktobro novembro decembro

januarie/januari februarie/februari maart april mei junie/jun julie/jul augustus september oktober/okt november
desember/des

januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba

јануари февруари март април мај јуни јули август септември октомври ноември декември

janar shkurt/shk mars prill/pri maj qershor/qer korrik/korr gusht/gush shtator/sht tetor/tet nëntor/nën dhjetor/dhj

janúar febrúar mars apríl maí júní júlí ágúst september október nóvember desember

januar februar mäerz abrëll mee juni juli august september oktober november dezember

jannar frar marzu april mejju ġunju lulju awwissu settembru ottubru novembru diċembru

yanvar/yan fevral/fev mart aprel may iyun/iyn iyul/iyl avqust/avq sentyabr/sen oktyabr noyabr/noy dekabr/dek

yanvar fevral mart aprel may iyun iyul avgust sentabr oktabr noyabr dekabr

январ феврал март апрел май июн июл август сентябр октябр ноябр декабр

қаңтар/қаң ақпан/ақп наурыз/нау сәуір/сәу мамыр/мам маусым/мау шілде/шіл тамыз/там қыркүйек/қыр қазан/қаз қараша/қар
желтоқсан/жел

იანვარი/იან თებერვალი/თებ მარტი/მარ აპრილი/აპრ მაისი/მაი ივნისი/ივნ ივლისი/ივლ აგვისტო/აგვ სექტემბერი/სექ
ოქტომბერი/ოქტ ნოემბერი/ნოე დეკემბერი/დეკ

հունվար/հունվարի/հնվ փետրվար/փետրվարի/փտվ մարտ/մարտի/մրտ ապրիլ/ապրիլի/ապր մայիս/մայիսի/մյս
հունիս/հունիսի/հնս հուլիս/հուլիսի/հլս օգոստոս/օգոստոսի/օգս սեպտեմբեր/սեպտեմբերի/սեպ
հոկտեմբեր/հոկտեմբերի/հոկ նոյեմբեր/նոյեմբերի/նոյ դեկտեմբեր/դեկտեմբերի/դեկ

ژانویه فوریه مارس آوریل/آپریل مه/می ژوئن ژوئیه/جولای اوت/آگوست سپتامبر اکتبر نوامبر دسامبر

enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre

janairu fabrairu/faburairu maris afrilu mayu yuni yuli agusta satumba oktoba nuwamba disamba

जानेवारी फेब्रुवारी मार्च एप्रिल मे जून जुलै ऑगस्ट सप्टेंबर ऑक्टोबर नोव्हेंबर डिसेंबर

જાન્યુઆરી ફેબ્રુઆરી માર્ચ એપ્રિલ મે જૂન જુલાઈ ઓગસ્ટ/ઑગસ્ટ સપ્ટેમ્બર ઓક્ટોબર/ઑક્ટોબર નવેમ્બર ડિસેમ્બર

ਜਨਵਰੀ ਫ਼ਰਵਰੀ/ਫਰਵਰੀ ਮਾਰਚ ਅਪ੍ਰੈਲ ਮਈ ਜੂਨ ਜੁਲਾਈ ਅਗਸਤ ਸਤੰਬਰ ਅਕਤੂਬਰ ਨਵੰਬਰ ਦਸੰਬਰ

ஜனவரி பிப்ரவரி மார்ச் ஏப்ரல் மே ஜூன் ஜூலை ஆகஸ்ட் செப்டம்பர் அக்டோபர் நவம்பர் டிசம்பர்

జనవరి ఫిబ్రవరి మార్చి ఏప్రిల్ మే జూన్ జులై/జూలై ఆగస్టు సెప్టెంబర్/సెప్టెంబరు అక్టోబర్/అక్టోబరు నవంబర్/నవంబరు
డిసెంబర్/డిసెంబరు

ಜನವರಿ ಫೆಬ್ರವರಿ/ಫೆಬ್ರುವರಿ ಮಾರ್ಚ್ ಏಪ್ರಿಲ್ ಮೇ ಜೂನ್ ಜುಲೈ ಆಗಸ್ಟ್ ಸೆಪ್ಟೆಂಬರ್ ಅಕ್ಟೋಬರ್ ನವೆಂಬರ್ ಡಿಸೆಂಬರ್

ജനുവരി ഫെബ്രുവരി മാർച്ച് ഏപ്രിൽ മേയ്/മെയ് ജൂൺ ജൂലൈ ഓഗസ്റ്റ്/ആഗസ്റ്റ് സെപ്റ്റംബർ/സെപ്തംബർ ഒക്ടോബർ നവംബർ ഡിസംബർ

जनवरी फेब्रुअरी मार्च अप्रिल मे/मई जुन जुलाई अगस्ट सेप्टेम्बर अक्टोबर नोभेम्बर डिसेम्बर

ଜାନୁଆରୀ ଫେବୃଆରୀ/ଫେବ୍ରୁଆରୀ ମାର୍ଚ୍ଚ ଏପ୍ରିଲ/ଅପ୍ରେଲ ମଇ ଜୁନ ଜୁଲାଇ ଅଗଷ୍ଟ ସେପ୍ଟେମ୍ବର ଅକ୍ଟୋବର ନଭେମ୍ବର ଡିସେମ୍ବର

জানুৱাৰী ফেব্ৰুৱাৰী মাৰ্চ এপ্ৰিল মে জুন জুলাই আগষ্ট ছেপ্তেম্বৰ অক্টোবৰ নৱেম্বৰ ডিচেম্বৰ

ජනවාරි පෙබරවාරි මාර්තු අප්‍රේල් මැයි ජූනි ජූලි අගෝස්තු සැප්තැම්බර් ඔක්තෝබර් නොවැම්බර් දෙසැම්බර්

ဇန်နဝါရီ ဖေဖော်ဝါရီ မတ် ဧပြီ မေ ဇွန် ဇူလိုင် ဩဂုတ်/သြဂုတ် စက်တင်ဘာ အောက်တိုဘာ နိုဝင်ဘာ ဒီဇင်ဘာ

មករា កុម្ភៈ មីនា មេសា ឧសភា មិថុនា កក្កដា សីហា កញ្ញា តុលា វិច្ឆិកា ធ្នូ

ມັງກອນ ກຸມພາ ມີນາ ເມສາ ພຶດສະພາ ມິຖຸນາ ກໍລະກົດ ສິງຫາ ກັນຍາ ຕຸລາ ພະຈິກ ທັນວາ
"""

_WEEKDAYS = """
monday/mon tuesday/tue/tues wednesday/wed thursday/thu/thur/thurs friday/fri saturday/sat sunday/sun

montag/mo dienstag/di mittwoch/mi donnerstag/do freitag/fr samstag/sa/sonnabend sonntag/so

lundi/lun mardi mercredi jeudi/jeu vendredi samedi dimanche

lunes martes miércoles jueves viernes sábado domingo

lunedì martedì mercoledì giovedì/gio venerdì sabato domenica

maandag dinsdag woensdag donderdag vrijdag zaterdag zondag

segunda/seg terça quarta/qua quinta/qui sexta/sex sábado domingo/dom

måndag/mandag tisdag/tirsdag onsdag torsdag fredag lördag/lørdag söndag/søndag

maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai

poniedziałek/pon wtorek/wt środa/śr czwartek/czw piątek/pt sobota/sob niedziela/niedz

ponedjeljak/ponedeljek utorak/torek/uto srijeda/sreda/sri četvrtak/četrtek/čet petak/petek/pet subota nedjelja/nedelja

pondělí/pondelok úterý/utorok středa/streda čtvrtek/štvrtok pátek/piatok sobota neděle/nedeľa

понедельник/понеділок/пн вторник/вівторок/вт среда/середа/ср четверг/четвер/чт пятница/пт суббота/субота/сб
воскресенье/неділя/вс/нд

luni marți miercuri joi vineri sâmbătă duminică

hétfő kedd szerda csütörtök péntek szombat vasárnap

pazartesi/pzt salı çarşamba/çar perşembe/per cuma cumartesi/cmt pazar

Δευτέρα Τρίτη Τετάρτη Πέμπτη Παρασκευή Σάββατο Κυριακή

senin/isnin selasa rabu kamis/khamis jumat/jumaat sabtu minggu/ahad
"""


# Eras of Japan, and the Republic of China's -> the year before their first one
ERAS = {"昭和": 1925, "平成": 1988, "令和": 2018, "民國": 1911, "民国": 1911}

# Minutes east of UTC.  Ambiguous letters follow RFC 822 (EST, CST …) and, outside it, the far larger press.
ZONES = {
    "z": 0,
    "ut": 0,
    "utc": 0,
    "gmt": 0,
    "wet": 0,
    "west": 60,
    "bst": 60,
    "cet": 60,
    "mez": 60,
    "cest": 120,
    "mesz": 120,
    "met": 60,
    "mest": 120,
    "eet": 120,
    "eest": 180,
    "msk": 180,
    "msd": 240,
    "trt": 180,
    "sast": 120,
    "wat": 60,
    "cat": 120,
    "eat": 180,
    "idt": 180,
    "irst": 210,
    "azt": 240,
    "aft": 270,
    "uzt": 300,
    "yekt": 300,
    "bdt": 360,
    "omst": 360,
    "mmt": 390,
    "krat": 420,
    "novt": 420,
    "irkt": 480,
    "yakt": 540,
    "vlat": 600,
    "magt": 660,
    "chst": 600,
    "pgt": 600,
    "fjt": 720,
    "pett": 720,
    "gst": 240,
    "pkt": 300,
    "ist": 330,
    "npt": 345,
    "ict": 420,
    "wib": 420,
    "wita": 480,
    "wit": 540,
    "hkt": 480,
    "sgt": 480,
    "myt": 480,
    "pht": 480,
    "awst": 480,
    "kst": 540,
    "jst": 540,
    "acst": 570,
    "acdt": 630,
    "aest": 600,
    "aedt": 660,
    "nzst": 720,
    "nzdt": 780,
    "nst": -210,
    "ndt": -150,
    "ast": -240,
    "adt": -180,
    "brt": -180,
    "art": -180,
    "clt": -240,
    "clst": -180,
    "brst": -120,
    "uyt": -180,
    "pyt": -180,
    "bot": -240,
    "vet": -240,
    "cot": -300,
    "pet": -300,
    "ect": -300,
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
    "akst": -540,
    "akdt": -480,
    "hst": -600,
}
# Names that stand for summer or winter time, whichever holds on that day
CIVIL_ZONES = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
    "aet": "Australia/Sydney",
    "nzt": "Pacific/Auckland",
    "мск": "Europe/Moscow",
}

# Names written out, as .NET, Java and browsers give them -> the short ones above
ZONE_NAMES = {
    **{
        f"{place}{kind} time": initial + short
        for place, initial in (("eastern", "e"), ("central", "c"), ("mountain", "m"), ("pacific", "p"))
        for kind, short in ((" standard", "st"), (" daylight", "dt"), ("", "t"))
    },
    **{
        f"{place} {kind} time": f"utc{east + summer:+d}"
        for place, east in (
            ("w. europe", 1),
            ("romance", 1),
            ("central europe", 1),
            ("gtb", 2),
            ("fle", 2),
            ("e. europe", 2),
            ("israel", 2),
            ("egypt", 2),
            ("atlantic", -4),
            ("alaskan", -9),
            ("aus eastern", 10),
            ("tasmania", 10),
        )
        for kind, summer in (("standard", 0), ("daylight", 1))
    },
    **{
        f"{place} standard time": f"utc{east:+d}"
        for place, east in (
            *(("china", 8), ("taipei", 8), ("malay peninsula", 8), ("w. australia", 8), ("tokyo", 9), ("korea", 9)),
            *(("se asia", 7), ("west asia", 5), ("pakistan", 5), ("bangladesh", 6), ("arab", 3), ("arabic", 3)),
            *(("russian", 3), ("belarus", 3), ("turkey", 3), ("south africa", 2), ("w. central africa", 1)),
            *(("e. south america", -3), ("brasilia", -3), ("argentina", -3), ("sa eastern", -3), ("sa western", -4)),
            *(("sa pacific", -5), ("us eastern", -5), ("us mountain", -7), ("canada central", -6)),
            *(("central america", -6), ("hawaiian", -10), ("e. australia", 10), ("philippine", 8)),
            *(("gmt", 0), ("greenwich", 0), ("western european", 0), ("gulf", 4)),
        )
    },
    "gmt daylight time": "bst",
    "cen. australia standard time": "acst",
    "cen. australia daylight time": "acdt",
    "aus central standard time": "acst",
    "newfoundland standard time": "nst",
    "newfoundland daylight time": "ndt",
    "coordinated universal time": "utc",
    "greenwich mean time": "gmt",
    "british summer time": "bst",
    "western european summer time": "west",
    "central european standard time": "cet",
    "central european time": "cet",
    "central european daylight time": "cest",
    "central european summer time": "cest",
    "eastern european standard time": "eet",
    "eastern european time": "eet",
    "eastern european summer time": "eest",
    "moscow standard time": "msk",
    "india standard time": "ist",
    "japan standard time": "jst",
    "korean standard time": "kst",
    "hong kong standard time": "hkt",
    "singapore standard time": "sgt",
    "australian eastern standard time": "aest",
    "australian eastern daylight time": "aedt",
    "new zealand standard time": "nzst",
    "new zealand daylight time": "nzdt",
}


@lru_cache(maxsize=256)
def folded(name: str) -> str:
    """A name without case, accents and a closing dot, so that "DÉC." and "dec" are the same."""
    base = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in base if not unicodedata.combining(letter)).rstrip(".")


def _meanings(text: str) -> dict[str, set[int]]:
    """Folded name -> the numbers (from 0) that it has in one language or another."""
    table: dict[str, set[int]] = {}
    for language in text.strip().split("\n\n"):
        for number, names in enumerate(language.split()):
            for name in names.replace("_", " ").split("/"):
                table.setdefault(folded(name), set()).add(number)
    return table


def _certain(table: dict[str, set[int]]) -> dict[str, int]:
    return {name: next(iter(numbers)) for name, numbers in table.items() if len(numbers) == 1}


_NAMED = _meanings(_MONTHS)
MONTHS = {name: number + 1 for name, number in _certain(_NAMED).items()}
UNCLEAR_MONTHS = {
    name: frozenset(number + 1 for number in numbers) for name, numbers in _NAMED.items() if len(numbers) > 1
}
WEEKDAYS = _certain(_meanings(_WEEKDAYS))
