"""Every kind of issue: its severity and its sentence in French and English. One table, read aloud by `Issue.said`.

Each code is explained in docs/reference/issues.md and has a broken example in tests/broken_flows/; tests keep both
complete. The sentences are for admins and translators: what is wrong, then the way out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.strict_yaml import TRAPS


class Severity(StrEnum):
    """Whether a flow may be published with this issue in it."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of issue; `fr` and `en` are format strings over the issue's values."""

    severity: Severity
    fr: str
    en: str


_STOP, _LOOK = Severity.CRITICAL, Severity.WARNING

KINDS: dict[str, Kind] = {
    # --- the file itself -----------------------------------------------------------------------------------------
    **{code: Kind(_STOP, said["fr"], said["en"]) for code, said in TRAPS.items()},
    "misplaced-file": Kind(
        _STOP,
        "ce fichier n'est pas lu : un parcours s'écrit dans flows/<domaine>/<nom>.yml, en minuscules sans accents,"
        " chiffres et _ ; le nom finit par .yml et rien d'autre. Renommez-le ou déplacez-le.",
        "this file is not read: a flow is written in flows/<area>/<name>.yml, lower case, digits and _; the name ends"
        " in .yml and nothing else. Rename it or move it.",
    ),
    "boolean-word": Kind(
        _LOOK,
        "d'autres outils lisent « {word} » comme vrai ou faux. Prenez un autre identifiant, par exemple « {better} ».",
        'other tools read "{word}" as true or false. Take another id, such as "{better}".',
    ),
    # --- shape: keys and kinds of values -------------------------------------------------------------------------
    "unknown-key": Kind(
        _STOP,
        "« {key} » n'est pas une clé possible dans {where}. Les clés sont : {keys}.",
        '"{key}" is not a key of {where}. The keys are: {keys}.',
    ),
    "missing-key": Kind(
        _STOP,
        "il manque « {key} » dans {where}. Ajoutez-le.",
        '"{key}" is missing in {where}. Add it.',
    ),
    "not-a-map": Kind(
        _STOP,
        "« {key} » attend des lignes « clé: valeur ».",
        '"{key}" wants lines of "key: value".',
    ),
    "not-a-list": Kind(
        _STOP,
        "« {key} » attend une liste (des lignes avec « - », ou [a, b]).",
        '"{key}" wants a list (lines with "-", or [a, b]).',
    ),
    "not-text": Kind(
        _STOP,
        "« {key} » attend un texte. Un texte qui commence par [ ou {{, ou qui contient « : », se met entre guillemets.",
        '"{key}" wants a text. One that begins with [ or {{, or contains ": ", goes between quotes.',
    ),
    "empty-value": Kind(
        _STOP,
        "« {key} » est vide. Donnez-lui une valeur ou retirez la ligne.",
        '"{key}" is empty. Give it a value or remove the line.',
    ),
    "not-yes-or-no": Kind(
        _STOP,
        "« {key} » vaut yes ou no, pas « {value} ».",
        '"{key}" is yes or no, not "{value}".',
    ),
    "not-a-number": Kind(
        _STOP,
        "« {key} » attend un nombre entier de {least} à {most}, pas « {value} ».",
        '"{key}" wants a whole number from {least} to {most}, not "{value}".',
    ),
    "bad-date": Kind(
        _STOP,
        "« {value} » n'est pas une date. Écrivez année-mois-jour, par exemple 2026-03-14.",
        '"{value}" is not a date. Write year-month-day, such as 2026-03-14.',
    ),
    "bad-id": Kind(
        _STOP,
        "« {value} » ne peut pas servir d'identifiant : {wanted}.",
        '"{value}" cannot be an id: {wanted}.',
    ),
    "unknown-word": Kind(
        _STOP,
        "« {value} » n'est pas possible pour « {key} ». Les mots sont : {words}.",
        '"{value}" is not possible for "{key}". The words are: {words}.',
    ),
    "bad-source": Kind(
        _STOP,
        "la source « {value} » n'est pas une adresse. Commencez par https:// ; une note peut suivre après une espace.",
        'the source "{value}" is not an address. Begin with https://; a note may follow after a space.',
    ),
    # --- the flow ------------------------------------------------------------------------------------------------
    "wrong-flow-id": Kind(
        _STOP,
        "ce fichier doit s'appeler « {expected} », pas « {found} ». Corrigez la ligne flow: ou déplacez le fichier.",
        'this file must be called "{expected}", not "{found}". Correct the line flow: or move the file.',
    ),
    "steps-or-phrases": Kind(
        _STOP,
        "un fichier a soit « steps » (un parcours), soit « phrases » (des phrases du système), et une seule des deux.",
        'a file has either "steps" (a flow) or "phrases" (system phrases), exactly one of them.',
    ),
    "title-too-long": Kind(
        _STOP,
        "le titre a {length} caractères, plus que {limit}. Raccourcissez-le.",
        "the title has {length} characters, more than {limit}. Shorten it.",
    ),
    "unknown-intent": Kind(
        _STOP,
        "l'intention « {name} » n'est pas dans nlu/intents.yml. Corrigez le nom, ou retirez-la.",
        'the intent "{name}" is not in nlu/intents.yml. Correct the name, or remove it.',
    ),
    "intent-twice": Kind(
        _STOP,
        "l'intention « {name} » mène aussi au parcours « {other} ». Laissez-la à un seul des deux.",
        'the intent "{name}" also leads to the flow "{other}". Leave it to one of them.',
    ),
    "keyword-clash": Kind(
        _STOP,
        "le mot-clé « {name} » est aussi celui du parcours « {other} ». Laissez-le à un seul des deux.",
        'the keyword "{name}" also belongs to the flow "{other}". Leave it to one of them.',
    ),
    "keyword-is-answer": Kind(
        _STOP,
        "« {name} » répond à des questions partout (oui, non, un nombre). Choisissez un autre mot-clé.",
        '"{name}" answers questions everywhere (yes, no, a number): it is no keyword. Choose another.',
    ),
    "topic-twice": Kind(
        _STOP,
        "le sujet d'affiche « {name} » est aussi celui du parcours « {other} ». Laissez-le à un seul des deux.",
        'the poster topic "{name}" also belongs to the flow "{other}". Leave it to one of them.',
    ),
    "stale-review": Kind(
        _LOOK,
        "relu le {reviewed}, il y a {days} jours (limite : {limit}). Faites relire ce parcours, puis changez la date.",
        "reviewed on {reviewed}, {days} days ago (limit: {limit}). Have this flow read again, then change the date.",
    ),
    "future-review": Kind(
        _LOOK,
        "relu le {reviewed} : cette date est dans le futur. Corrigez-la.",
        "reviewed on {reviewed}: this date is in the future. Correct it.",
    ),
    "no-review-date": Kind(
        _LOOK,
        "personne n'a encore relu ce parcours. Ajoutez « reviewed: année-mois-jour » après une relecture.",
        'nobody has reviewed this flow yet. Add "reviewed: year-month-day" after a review.',
    ),
    "no-source": Kind(
        _LOOK,
        "ce parcours ne dit pas d'où viennent ses informations. Ajoutez « sources: ».",
        'this flow does not say where its facts come from. Add "sources:".',
    ),
    "long-without-reason": Kind(
        _STOP,
        "« long: yes » demande une raison. Écrivez-la dans « about ».",
        '"long: yes" needs a reason. Write it in "about".',
    ),
    "safety-asks-first": Kind(
        _STOP,
        "un parcours de sécurité montre d'abord les numéros, puis pose ses questions. Mettez « services » avant"
        " la première question.",
        'a safety flow shows the numbers first, then asks. Put "services" before the first question.',
    ),
    # --- steps and where they lead -------------------------------------------------------------------------------
    "duplicate-step": Kind(
        _STOP,
        "cette étape existe déjà ligne {first}. Donnez-lui un autre identifiant.",
        "this step already exists on line {first}. Give it another id.",
    ),
    "reserved-word": Kind(
        _STOP,
        "« {name} » a déjà un sens dans la langue des parcours. Prenez un autre identifiant.",
        '"{name}" already means something in the flow language. Take another id.',
    ),
    "unknown-step": Kind(
        _STOP,
        "mène à « {name} », qui n'est pas une étape de ce parcours. Corrigez le nom, ou ajoutez l'étape.",
        'leads to "{name}", which is not a step of this flow. Correct the name, or add the step.',
    ),
    "card-without-list": Kind(
        _STOP,
        "la carte prend ses papiers à l'étape « {name} », qui n'a pas de liste à cocher. Ajoutez-y `checklist`, ou"
        " enlevez `bring`.",
        'the card takes its papers from step "{name}", which has no checklist. Add a `checklist` there, or drop'
        " `bring`.",
    ),
    "unknown-flow": Kind(
        _STOP,
        "mène au parcours « {name} », qui n'existe pas. Corrigez le nom, ou ajoutez le fichier de ce parcours.",
        'leads to the flow "{name}", which does not exist. Correct the name, or add the file of that flow.',
    ),
    "needs-broken-flow": Kind(
        _LOOK,
        "mène au parcours « {name} », qui a des erreurs. Corrigez-les. En attendant, sa version d'avant sert ; s'il n'y"
        " en a pas, ce chemin est fermé.",
        'leads to the flow "{name}", which has errors. Mend them. Until then it runs as it was; if it never ran, this'
        " way is closed.",
    ),
    "call-circle": Kind(
        _STOP,
        "ces parcours s'appellent en rond : {circle}. Utilisez « start » au lieu de « call ».",
        'these flows call one another in a circle: {circle}. Use "start" instead of "call".',
    ),
    "unknown-service": Kind(
        _STOP,
        "le service « {name} » n'est pas dans flows/directory/, ou n'y est pas publié. Corrigez le nom ou la fiche.",
        'the service "{name}" is not in flows/directory/, or not published there. Correct the name or the entry.',
    ),
    "unknown-need": Kind(
        _STOP,
        "le besoin « {name} » n'est pas dans le vocabulaire de l'annuaire (« need.… » dans"
        " flows/_system/directory.yml). Corrigez le nom.",
        'the need "{name}" is not in the vocabulary of the directory ("need.…" in flows/_system/directory.yml). Correct'
        " the name.",
    ),
    "unknown-queue": Kind(
        _STOP,
        "la file d'attente « {name} » n'est dans aucune équipe de config.yml. Les files sont : {words}.",
        'the queue "{name}" is in no team of config.yml. The queues are: {words}.',
    ),
    "unknown-command": Kind(
        _STOP,
        "« {name} » n'est pas une commande qu'un parcours peut lancer. Les commandes sont : {words}.",
        '"{name}" is not a command a flow can run. The commands are: {words}.',
    ),
    "two-acts": Kind(
        _STOP,
        "une étape fait une seule chose, mais celle-ci a {acts}. Faites-en plusieurs étapes.",
        "a step does one thing, but this one has {acts}. Make several steps of it.",
    ),
    "empty-step": Kind(
        _STOP,
        "cette étape ne dit rien, ne fait rien et ne mène nulle part. Complétez-la ou supprimez-la.",
        "this step says nothing, does nothing and leads nowhere. Complete it or delete it.",
    ),
    "goto-and-start": Kind(
        _STOP,
        "« goto » et « start » mènent à deux endroits à la fois. Gardez-en un seul.",
        '"goto" and "start" lead to two places at once. Keep one.',
    ),
    "goto-on-branch": Kind(
        _STOP,
        "une étape « branch » mène là où ses conditions le disent : son « {key} » ne sert jamais. Retirez-le.",
        'a step with "branch" leads where its conditions say: its "{key}" is never used. Remove it.',
    ),
    "missing-otherwise": Kind(
        _STOP,
        "« branch » n'a pas de « otherwise » : ajoutez-le, avec l'étape où aller quand aucune condition n'est vraie.",
        '"branch" has no "otherwise": add it, with the step to go to when no condition holds.',
    ),
    "otherwise-without-question": Kind(
        _STOP,
        "« otherwise » ne sert qu'à une question ou à « branch ». Retirez-le.",
        '"otherwise" only serves a question or a "branch". Remove it.',
    ),
    "unreachable-step": Kind(
        _STOP,
        "aucun chemin ne mène à cette étape. Faites-y mener un « goto », ou supprimez-la.",
        'no way leads to this step. Let a "goto" lead to it, or delete it.',
    ),
    "dead-end": Kind(
        _STOP,
        "à partir d'ici la personne tourne en rond sans jamais finir. Ajoutez un chemin vers « end », « menu »"
        " ou une autre étape.",
        'from here on the person goes round and never finishes. Add a way to "end", "menu" or another step.',
    ),
    "loop-without-question": Kind(
        _STOP,
        "ces étapes se suivent en boucle sans jamais poser de question : {circle}. Posez-en une ou coupez la boucle.",
        "these steps follow one another in a loop and never ask: {circle}. Ask something or break the loop.",
    ),
    # --- questions -----------------------------------------------------------------------------------------------
    "silent-question": Kind(
        _STOP,
        "cette question n'a pas de texte. Ajoutez « say ».",
        'this question has no text. Add "say".',
    ),
    "choices-missing": Kind(
        _STOP,
        "cette question n'offre aucun choix. Ajoutez « choices », ou dites le genre de réponse"
        " (ask: {{slot: …, kind: text}}).",
        'this question offers no choice. Add "choices", or name the kind of answer (ask: {{slot: …, kind: text}}).',
    ),
    "choices-not-used": Kind(
        _STOP,
        "une réponse de genre « {kind} » n'a pas de « choices ». Retirez-les ou changez le genre.",
        'an answer of kind "{kind}" has no "choices". Remove them or change the kind.',
    ),
    "too-many-choices": Kind(
        _STOP,
        "{count} choix, plus que {limit}. Regroupez-les ou faites deux questions.",
        "{count} choices, more than {limit}. Group them or ask two questions.",
    ),
    "yes-no-choices": Kind(
        _STOP,
        "une question yes_no a les choix « yes » et « no ». Ajoutez « {missing} » ou retirez kind: yes_no.",
        'a yes_no question has the choices "yes" and "no". Add "{missing}" or remove kind: yes_no.',
    ),
    "duplicate-label": Kind(
        _STOP,
        "deux choix portent le même texte « {label} ». Distinguez-les.",
        'two choices have the same text "{label}". Tell them apart.',
    ),
    "word-twice": Kind(
        _STOP,
        "le mot « {name} » est aussi celui du choix « {other} ». Laissez-le à un seul choix.",
        'the word "{name}" is also one of the choice "{other}". Leave it to one choice.',
    ),
    "label-too-long": Kind(
        _STOP,
        "le bouton « {label} » a {length} caractères, plus que {limit}. Raccourcissez-le.",
        'the button "{label}" has {length} characters, more than {limit}. Shorten it.',
    ),
    "bounds-crossed": Kind(
        _STOP,
        "aucun nombre n'est à la fois au moins {least} et au plus {most}. Corrigez les limites.",
        "no number is both at least {least} and at most {most}. Correct the bounds.",
    ),
    "bounds-without-number": Kind(
        _STOP,
        "« {key} » ne vaut que pour kind: {kind}. Retirez-le, ou changez « kind ».",
        '"{key}" is only for kind: {kind}. Remove it, or change "kind".',
    ),
    "span-missing": Kind(
        _STOP,
        "« {label} » est une quantité : ajoutez « at_least » et « below », pour qu'un nombre écrit trouve son choix.",
        '"{label}" is a quantity: add "at_least" and "below", so that a written number finds its choice.',
    ),
    "spans-meet": Kind(
        _STOP,
        "un même nombre est dans « {one} » et dans « {other} ». Corrigez « at_least » ou « below ».",
        'a number is both in "{one}" and in "{other}". Correct "at_least" or "below".',
    ),
    # --- conditions ----------------------------------------------------------------------------------------------
    "bad-condition": Kind(
        _STOP,
        "« {value} » n'est pas une condition. Écrivez par exemple {{age: {{below: 18}}}} ou {{who: [me, woman]}}.",
        '"{value}" is not a condition. Write for instance {{age: {{below: 18}}}} or {{who: [me, woman]}}.',
    ),
    "unknown-slot": Kind(
        _STOP,
        "aucune question ne remplit « {name} ». Corrigez le nom, ou posez d'abord cette question (ask: {name}).",
        'no question fills "{name}". Correct the name, or ask this question first (ask: {name}).',
    ),
    "unknown-choice": Kind(
        _STOP,
        "« {word} » n'est pas une réponse possible de « {name} ». Les réponses sont : {words}.",
        '"{word}" is not a possible answer of "{name}". The answers are: {words}.',
    ),
    "wrong-comparison": Kind(
        _STOP,
        "« {name} » n'est pas un nombre : at_least et below ne peuvent pas le comparer. Écrivez une de ses réponses,"
        " ou posez la question avec kind: number.",
        '"{name}" is not a number: at_least and below cannot compare it. Write one of its answers, or ask with'
        " kind: number.",
    ),
    # --- sentences -----------------------------------------------------------------------------------------------
    "message-too-long": Kind(
        _STOP,
        "ce message a {length} caractères, plus que {limit}. Coupez-le en deux étapes ou dites moins.",
        "this message has {length} characters, more than {limit}. Make two steps of it or say less.",
    ),
    "long-sentence": Kind(
        _LOOK,
        "une phrase de {count} mots est difficile à lire (limite : {limit}). Coupez-la : « {start}… »",
        'a sentence of {count} words is hard to read (limit: {limit}). Cut it: "{start}…"',
    ),
    "bad-placeholder": Kind(
        _STOP,
        "« {found} » n'est pas un emplacement. Écrivez {{nom}} ou {{fact.nom}}, sans calcul ni espace.",
        '"{found}" is not a placeholder. Write {{name}} or {{fact.name}}, without calculation or space.',
    ),
    "unknown-placeholder": Kind(
        _STOP,
        "« {{{name}}} » ne sera rempli par rien : ce n'est ni une réponse de ce parcours, ni un fait. Corrigez le nom,"
        " ou écrivez le mot lui-même.",
        '"{{{name}}}" will be filled by nothing: it is neither an answer of this flow nor a fact. Correct the name, or'
        " write the word itself.",
    ),
    "unknown-fact": Kind(
        _STOP,
        "le fait « {name} » n'est pas dans flows/facts.yml, ou n'y est pas publié. Corrigez le nom ou le fait.",
        'the fact "{name}" is not in flows/facts.yml, or not published there. Correct the name or the fact.',
    ),
    "bad-markup": Kind(
        _STOP,
        "« {found} » : seul **gras** est possible dans une phrase, ouvert et fermé.",
        '"{found}": only **bold** is possible in a sentence, opened and closed.',
    ),
    "curly-quotes": Kind(
        _LOOK,
        "les guillemets “ ” ou « » font partie du texte, et les personnes les verront. Mettez des guillemets droits"
        ' ("), ou retirez-les.',
        'the quotes “ ” or « » are part of the text, and people will see them. Use straight quotes ("), or remove'
        " them.",
    ),
    "contact-in-sentence": Kind(
        _STOP,
        "« {found} » est une adresse, un lien ou un téléphone. Mettez-le dans l'annuaire et montrez « services ».",
        '"{found}" is an address, a link or a phone number. Put it into the directory and show "services".',
    ),
    "bare-amount": Kind(
        _STOP,
        "« {found} » est un montant ou un délai. Mettez-le dans flows/facts.yml et écrivez {{fact.nom}} ; un horaire va"
        " dans l'annuaire.",
        '"{found}" is an amount or a deadline. Put it into flows/facts.yml and write {{fact.name}}; opening hours go'
        " into the directory.",
    ),
    # --- safety of people ----------------------------------------------------------------------------------------
    "forbidden-statement": Kind(
        _STOP,
        "« {found} » ne doit jamais être dit : {why}",
        '"{found}" must never be said: {why}',
    ),
    "forbidden-question": Kind(
        _STOP,
        "cette question demande « {found} », que le guichet ne demande jamais. Offrez des pages à lire, avec un choix"
        " pour ne rien dire.",
        'this question asks for "{found}", which the guichet never asks. Offer pages to read, with a choice to say'
        " nothing.",
    ),
    "not-volatile": Kind(
        _STOP,
        "ces choix touchent à « {found} » : la réponse ne doit pas être gardée. Ajoutez « volatile: yes ».",
        'these choices touch "{found}": the answer must not be kept. Add "volatile: yes".',
    ),
    "no-way-to-decline": Kind(
        _STOP,
        "ces choix touchent à « {found} » : ajoutez un choix « Je préfère ne pas dire ».",
        'these choices touch "{found}": add a choice "Je préfère ne pas dire".',
    ),
    "confidential-address": Kind(
        _STOP,
        "cette phrase montre l'adresse d'un lieu tenu secret. Retirez-la.",
        "this sentence shows the address of a place kept secret. Remove it.",
    ),
    # --- system phrases ------------------------------------------------------------------------------------------
    "duplicate-phrase": Kind(
        _STOP,
        "la phrase « {name} » existe déjà dans {other}. Gardez-en une seule.",
        'the phrase "{name}" already exists in {other}. Keep one.',
    ),
    "unknown-phrase": Kind(
        _LOOK,
        "le guichet ne dit jamais la phrase « {name} ». Corrigez son nom ou supprimez-la.",
        'the guichet never says the phrase "{name}". Correct its name or delete it.',
    ),
    "missing-phrase": Kind(
        _STOP,
        "il manque la phrase « {name} », que le guichet doit pouvoir dire. Ajoutez-la dans flows/_system/.",
        'the phrase "{name}", which the guichet must be able to say, is missing. Add it in flows/_system/.',
    ),
    "missing-flow": Kind(
        _STOP,
        "il manque le parcours « {name} », dont le guichet a besoin. Remettez son fichier. Pour l'enlever, enlevez"
        " d'abord ce qui y mène, et répondez ailleurs à ses intentions.",
        'the flow "{name}", which the guichet needs, is missing. Put its file back. To remove it, first remove what'
        " leads to it, and answer its intents elsewhere.",
    ),
    "plural-without-count": Kind(
        _STOP,
        "la forme « {form} » d'un pluriel doit contenir {{count}}.",
        'the plural form "{form}" must contain {{count}}.',
    ),
    # --- translations --------------------------------------------------------------------------------------------
    "lost-placeholder": Kind(
        _STOP,
        "la traduction ({locale}) a perdu « {{{name}}} ». Remettez-le tel quel.",
        'the translation ({locale}) has lost "{{{name}}}". Put it back as it is.',
    ),
    "added-placeholder": Kind(
        _STOP,
        "la traduction ({locale}) contient « {{{name}}} », que la phrase française n'a pas. Retirez-le.",
        'the translation ({locale}) contains "{{{name}}}", which the French sentence has not. Remove it.',
    ),
    "translated-markup": Kind(
        _STOP,
        "la traduction ({locale}) n'a pas le même **gras** que la phrase française. Comptez les **.",
        "the translation ({locale}) has not the same **bold** as the French sentence. Count the **.",
    ),
    "label-collision": Kind(
        _STOP,
        "en « {locale} », deux choix portent le même texte « {label} ». Distinguez-les.",
        'in "{locale}", two choices have the same text "{label}". Tell them apart.',
    ),
    "translated-label-too-long": Kind(
        _LOOK,
        "la traduction ({locale}) de ce bouton a {length} caractères, plus que {limit}. Raccourcissez-la.",
        "the translation ({locale}) of this button has {length} characters, more than {limit}. Shorten it.",
    ),
    "translated-keyword-clash": Kind(
        _LOOK,
        "en « {locale} », le mot-clé « {name} » est aussi celui du parcours « {other} ».",
        'in "{locale}", the keyword "{name}" also belongs to the flow "{other}".',
    ),
}
