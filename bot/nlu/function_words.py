"""Small words that give a language away in a short message, for languages in Latin script.

Long texts are easy for any model; "nahitaji daktari haraka" is not. Words of people in need come first, then
the grammar. Spelt without diacritics, as phones often send them; a word of several languages counts less for each.
"""

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        locale: frozenset(words.split())
        for locale, words in {
            "fr": """je j'ai jai tu il elle on nous vous ils mon ma mes ton ta son sa ses notre nos votre vos le la les
                un une des du de d'un d'une au aux et ou où est suis es sont etes ai as avez avons ont a c'est cest ce
                cette ces que qui quoi quand comment combien pourquoi avec sans pour dans sur chez pas plus ne n'ai
                besoin cherche veux peux dois faire aller travail travailler logement papiers enfant enfants mari femme
                aide aider bonjour merci svp moi mais si tres bien peut faut depuis m'a qu'il aussi encore rien
                ici maintenant""",
            "en": """i i'm im my me you your he she we they our their the a an is are am was were be been have has had
                do does did don't dont not no and or but if for to of in on at with without from where what how when who
                why can could should would need want looking find help please work job papers children husband wife
                house room hello this that these there here it its it's get got any some about after""",
            "nl": """ik je jij u hij zij ze wij we jullie mijn jouw uw zijn haar ons onze hun de het een en of maar als
                is ben bent heb hebt heeft hebben was waren niet geen wel van voor met zonder in op aan bij naar om te
                dat die dit deze wat waar hoe wanneer wie waarom kan kunt moet wil zoek nodig werk werken huis kamer
                kinderen hulp alsjeblieft goedendag dank er ook nog al man vrouw dokter papieren""",
            "de": """ich du er sie wir ihr mein meine meinen dein ihre unser der die das den dem ein eine einen und oder
                aber wenn ist bin bist sind habe hast hat haben war nicht kein keine von für fur mit ohne in auf an bei
                nach zu dass was wo wie wann wer warum kann muss will suche brauche arbeit haus wohnung kinder hilfe
                bitte danke auch noch arzt papiere mann frau""",
            "es": """yo tu el ella nosotros usted mi mis su sus nuestro la los las un una unos y o pero si es soy son
                esta estoy estan tengo tiene tenemos ha he hay no sin con para por en de del al que quien donde como
                cuando cuanto porque puedo puede quiero necesito busco trabajo trabajar casa papeles hijos hijo marido
                esposa ayuda ayudar hola gracias favor me se lo le muy mas aqui medico""",
            "pt": """eu tu ele ela nos voce voces meu minha meus minhas seu sua o os a as um uma uns e ou mas se é sou
                sao esta estou tenho tem temos ha nao sem com para por em de do da dos das no na nos nas ao que quem
                onde como quando quanto porque posso pode quero preciso procuro trabalho trabalhar casa papeis filhos
                filho marido mulher ajuda ola obrigado obrigada favor muito mais aqui medico fazer""",
            "it": """io tu lui lei noi voi mio mia miei mie suo sua il lo la i gli le un uno una e o ma se è sono sei
                ho hai ha abbiamo hanno non senza con per in di del della dei al alla che chi dove come quando quanto
                perche posso puo voglio cerco bisogno lavoro lavorare casa documenti figli figlio marito moglie aiuto
                ciao grazie favore mi ci si molto piu qui medico""",
            "ro": """eu tu el ea noi voi ei mea meu mei mele lui un o unei si sau dar daca este sunt esti am ai are avem
                au nu fara cu pentru in la de din pe ce cine unde cum cand cat pot poate vreau caut nevoie trebuie
                munca lucrez lucru casa acte copii copil copilul sot sotul sotia ajutor buna multumesc rog ma mi se
                foarte mai aici sa doctor""",
            "sq": """fale falas kam po vetem shkolle shkollen perkthyes vjec punoj bej kerkoj dite mesoj shqip s'me
                takim flas djali vajza vullnetar sonte muaj sot neser gjithe autobus faleminderit mire
                kthim familje tani mitur mbyllur burrit ushqim eshte cfare letrat femija do ma m'i
                une ti ai ajo ne ju ata im ime mi tim time nje dhe ose por nese jam je jemi jane ke
                ka kemi kane nuk s'kam pa me per te se i e nga ku si kur kush pse mund dua duhet
                gjej nevoje pune shtepi dhome femije femijet burri gruaja ndihme ndihmoni
                pershendetje lutem shume ketu mjek letra dokumente""",
            "tr": """ben sen o biz siz onlar benim senin bizim bir ve veya ama eger var yok degil icin ile gibi cok daha
                ne nerede nasil ne zaman kim neden mi mu mı nereye istiyorum ariyorum arıyorum lazim lazım gerek
                ihtiyacim ihtiyacım calismak is iş ev oda cocuk cocugum cocuklarim kocam karim esim yardim merhaba
                lutfen tesekkurler bana beni burada kagit belge doktor olarak olan""",
            "so": """ayaan ayuu waan inaan wuu soo ayay way igu oo ii la laga qof yaa qaba haysto sidee meel lagu ima
                karo loo dadka wuxuu wax leh laba saddex baan kadib jir koorso ballan wiilkayga
                gabadhayda booliska lacag lacagta warqad kaarka dugsi iga guriga ilmo carruurta
                bilaash maxaan imisa cunto qoyska noqosho turjubaan iigu nala isku waxaan waxaa waa
                ma maxaa maxay xaggee halkee goorma ayaa aan aad uu ay waxay iyo ama laakiin haddii
                lahayn la'aan ku ka u in si leeyahay ahay tahay yahay baahan baahanahay raadinayaa
                rabaa karaa shaqo guri qol carruur carruurtayda ilmahayga nin ninkayga xaas caawimo
                caawi fadlan mahadsanid salaan dhakhtar warqado halkan aniga anigu waxan""",
            "sw": """kazi usiku siku siwezi miaka kadi bure miezi lazima kila pesa nyumbani shule bosi mtu kulala wapi
                mimba basi kujifunza miadi sasa tena jana kurudi peke watu kwamba ambaye hii hiyo
                huyu ule yule yao wetu zangu langu lake mwanangu mwezi wiki kusaidia kupata kufanya
                ninaishi naishi ninaomba naomba anataka wanataka alinipiga ananipiga sitaki sijui
                sipati mimi wewe yeye sisi nyinyi wao yangu yako yake yetu wangu wako wake changu na
                au lakini kama ni si kwa ya wa za la cha katika kwenye bila hapa vipi lini nani nini
                gani kwanini naweza ninaweza nataka ninataka natafuta ninatafuta nahitaji ninahitaji
                nina sina hana tuna hatuna nyumba chumba watoto mtoto mume mke msaada nisaidie
                tafadhali asante habari daktari sana leo karatasi""",
            "kmr": """xwe re dixwazin cawa male sali mere nikarim belas spas kurse zaroken dixwaze xwarin niha dema kure
                keca me neh ye ne ew ewe nav gel ji bo ser bir bum dikin dike dikare bide bigire
                polis ez tu em hun min te wi we li bi ku u û jî na nine tune heye hene im î e in yi
                di de ber kar dixwazim dixebitim digerim divê dive pêwîst hewce alîkarî alikari mal
                xanî zarok zarokên mêr mer jin hevjîn doktor bijîşk kaxez rojbaş kerema çawa kengî
                kî kengi çi ci naxwazim dikarim ev vê ve""",
            "pl": """ja ty on ona my wy moj moja mam masz ma nie jest sa jestem bez dla z w na do od gdzie jak kiedy
                kto co dlaczego moge chce szukam potrzebuje praca pracy dom mieszkanie dzieci maz zona pomoc prosze
                dziekuje dzien dobry tutaj lekarz""",
            "vi": "toi ban anh chi em khong co va la cua cho voi o dau the nao can tim viec lam nha giup xin cam on",
            "ln": "nga yo ye biso bino bango na nazali nazangi naza ya te wapi ndenge nini mosala ndako bana mwana "
            "nalingi",
            "rw": "njye mfite nta ndashaka ndashaka nkeneye akazi inzu abana umwana he gute ubufasha muraho ni",
        }.items()
    }
)

#: Letters, with diacritics, that few of these languages write: letter → locales.
LETTERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ë": ("sq",),
        "ê": ("kmr", "fr"),
        "î": ("kmr", "ro"),
        "û": ("kmr",),
        "ğ": ("tr",),
        "ı": ("tr",),
        "ş": ("tr", "kmr", "ro"),
        "ñ": ("es",),
        "¿": ("es",),
        "ã": ("pt",),
        "õ": ("pt",),
        "ă": ("ro", "vi"),
        "ș": ("ro",),
        "ț": ("ro",),
        "ţ": ("ro",),
        "ß": ("de",),
        "ä": ("de",),
        "ł": ("pl",),
        "ę": ("pl",),
        "ą": ("pl",),
        "œ": ("fr",),
        "è": ("fr", "it"),
        "à": ("fr", "it"),
        "đ": ("vi",),
        "ư": ("vi",),
        "ơ": ("vi",),
    }
)

#: The same for languages that share the Arabic script.
ARABIC_SCRIPT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        locale: frozenset(words.split())
        for locale, words in {
            "ps": """زه زما دی دي نه یم له په د چې کې او مې يم لرم غواړم کولی کولای څنګه چیرته خپل ماشومان شته سره مرسته
                کار ته کور لپاره څه پیسې بې یې کوي ماشوم کورنۍ وکړم څوک ده کوم وخت زوی نلرم شم راکوي
                وهي چېرته یو نشم کړه یوازې خاوند ځای دا ښه شپه وروسته هغه پلار ځان مور مننه نن ورځ
                دې ستاسو تاسو موږ""",
            "ur": """میں مجھے میرا میری میرے ہے ہیں ہوں کا کی کے کو سے نہیں اور کیا کہاں کیسے چاہیے رہا رہی گھر کام نے
                پر چاہتا چاہتی سال بچے بغیر لیے رات کرنا پیسے مدد رہے ہو شوہر جگہ ایک سکتا سکتی کون کر
                دیا کروں پتہ بھائی وہ پاس کل ساتھ آدمی ہوا اب""",
            "fa": """من از به در که را با برای این آن است هست نیست دارم ندارم کجا چطور چگونه چه می میخواهم باید هستم
                نیستم کنم کار کمک خود شما ما یک و یا هم تا بچه خانه دنبال لطفا سلام شده نمی خواهم ام
                کند پول خانواده دهد ها کنند شد مرا ای پسرم تنها شوهرم هایم توانم بروم دیگر بدهم دارد
                شدن امشب همه خیلی وقتی باز چند شود زنم برادرم بی""",
            "ar": """انا أنا في من على عن الى إلى مع هل ما ماذا كيف اين أين متى لا ليس عندي عند اريد أريد احتاج أحتاج
                بدي لي هذا هذه أبحث ابحث كان يوم بدون زوجي زوجتي اولادي أولادي شو وين كيفاش فين بغيت محتاج لازم ابني
                بنتي""",
        }.items()
    }
)

#: What a speaker of Dari writes and one of Iran does not.
_DARI_WORDS = """
داکتر داکتری شفاخانه پولیس مکتب پوهنتون خانم اطفال طفل طفلم اطفالم اولاد اولادم اولادهایم تذکره موتر سرک مه مره
ازمه چی کدام پیسه چطو کجاس نیس اس ره خانیم میتانم نمیتانم نمیتانیم میتانین ضرورت قونسلگری دواخانه بیخی فامیل
فامیلم مامور"""
DARI: frozenset[str] = frozenset(_DARI_WORDS.split())

#: The same for the two languages in Ethiopic script.
ETHIOPIC: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        locale: frozenset(words.split())
        for locale, words in {
            "ti": """ኣብ እደሊ ካብ እንታይ እዩ ብኸመይ ብዘይ ኣሎ ናይ ወርሒ ናጻ እየ ምስ ወዲ የብለይን የብሉን የለን መን ቆልዑ ምግቢ ወደይ መዓልቲ
                ድሕሪ ኩሉ እዚ ናብ ለይቲ ክንደይ ሰብኣየይ ሓወይ ሎሚ ደቀይ ኣበይ ክፍሊ ሕሳብ ብዛዕባ ሕጂ ክልተ በዓል ብዙሕ ናበይ ድዩ ስራሕ
                ገዛ ወረቐት ሓገዝ ትምህርቲ ዶክተር ሰብ ምምሃር ህይወት ህይወተይ ሞት ኮርስ ዜግነት ይወቕዓኒ የገድደኒ ኣለኒ ኣለኹ""",
            "am": """ነው ቤት ሥራ ስራ እፈልጋለሁ የለኝም እንዴት ወረቀት ያለ ልጅ ነጻ ልጄ ምን ዓመት ላይ ነኝ ወር ምንድን ሰው ክፍል እርዳታ ምግብ
                አልችልም ማን ጋር ማታ ልጆቼ የት በጣም ትምህርት መማር ነህ አመሰግናለሁ ባለቤቴ አሁን ወንድሜ እና ለመ ዛሬ ነገ አለኝ አለ
                ብቻዬን ያስፈልገኛል እባክህ እባክዎ ሁሌ""",
        }.items()
    }
)
