"""The register of stored data: every column, what it is for and how long it is kept (reliability.md, P3; part 4, 9).

A column that is not here fails the tests. `docs/reference/donnees.md` is made from this page, for whoever answers for
data protection; so the words are French and plain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.store.retention import LIMITS_DAYS


class Kind(StrEnum):
    """How near a column is to a person."""

    PERSON = "parle d’une personne"
    LINK = "relie à une personne, sans rien dire d’elle"
    WORK = "fait marcher le guichet"
    FACELESS = "sans personne"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a table is for, when its rows leave, and its columns: kind and meaning of each."""

    purpose: str
    leaves: str
    columns: Mapping[str, tuple[Kind, str]]


P, L, W, F = Kind.PERSON, Kind.LINK, Kind.WORK, Kind.FACELESS


def _days(kind: str, text: str) -> str:
    return text.format(days=LIMITS_DAYS[kind])


#: A conversation that nobody ends is over after so long a silence.
_UNENDED = _days("idle_case", ", ou {days} jours sans un mot si personne ne la finit, ou sur demande.")


REGISTER: Mapping[str, Table] = {
    "people": Table(
        purpose="Reconnaître la personne qui revient et pouvoir lui répondre.",
        leaves=_days(
            "person",
            "{days} jours après le dernier contact, mais pas avant sa conversation avec une équipe ; ou sur demande.",
        ),
        columns={
            "id": (L, "Numéro tiré au hasard."),
            "lookup": (L, "Empreinte à clé du compte Telegram, pour retrouver la personne sans écrire son numéro."),
            "account": (P, "Numéro du compte Telegram, chiffré, ouvert seulement pour répondre."),
            "first_day": (P, "Jour du premier contact."),
            "seen_day": (P, "Jour du dernier contact."),
        },
    ),
    "person_keys": Table(
        purpose="Chiffrer ce qui parle d’une personne avec une clé à elle ; sans la clé, plus rien ne se lit.",
        leaves="Avec la personne ; effacée en premier.",
        columns={"newcomer": (L, "La personne."), "wrapped": (L, "Sa clé, elle-même chiffrée.")},
    ),
    "sessions": Table(
        purpose="Reprendre la conversation là où elle en est.",
        leaves=_days("session", "{days} jours sans nouvelles, ou sur demande."),
        columns={
            "newcomer": (L, "La personne."),
            "version": (W, "Nombre d’enregistrements, contre les écritures simultanées."),
            "body": (
                P,
                "Langue, étape, réponses et boutons proposés du parcours en cours, chiffrés. Jamais une réponse"
                " « volatile », seulement qu’une telle étape est en cours.",
            ),
            "saved_day": (P, "Jour du dernier enregistrement."),
        },
    ),
    "inbox": Table(
        purpose="Ne perdre aucun message et n’en traiter aucun deux fois.",
        leaves=_days("inbox_ids", "Contenu et personne dès que le message est traité ; numéro après {days} jours."),
        columns={
            "id": (W, "Rang d’arrivée."),
            "update_id": (W, "Numéro donné par Telegram."),
            "natural_key": (W, "Empreinte à clé du message, contre les doublons."),
            "lane": (L, "File à laquelle il appartient ; vide une fois traité."),
            "newcomer": (L, "La personne ; vide une fois traité."),
            "payload": (P, "Le message, chiffré ; vide une fois traité."),
            "state": (W, "En attente ou traité."),
            "received_at": (W, "Heure d’arrivée."),
        },
    ),
    "outbox": Table(
        purpose="Envoyer chaque réponse une fois, dans l’ordre, et savoir ce qu’elle est devenue.",
        leaves=_days("sent", "Texte dès l’envoi ; le reste {days} jours plus tard (Telegram laisse effacer 48 h)."),
        columns={
            "id": (W, "Rang."),
            "lane": (L, "File du destinataire."),
            "place": (W, "Place dans la file."),
            "newcomer": (L, "Le destinataire, si c’est une personne accueillie."),
            "chat": (F, "Le groupe destinataire, si c’est une équipe."),
            "handoff": (L, "La conversation avec une équipe."),
            "verb": (W, "Envoyer, modifier, effacer…"),
            "body": (P, "Le texte, chiffré ; vide une fois envoyé. Un texte « volatile » n’y entre jamais."),
            "is_volatile": (W, "Le texte n’est qu’en mémoire."),
            "is_card": (W, "C’est la fiche épinglée d’une conversation."),
            "mirrors": (W, "Numéro du message recopié."),
            "state": (W, "En attente, en cours, envoyé, refusé, incertain."),
            "tries": (W, "Nombre d’essais."),
            "is_repeat": (W, "Envoyé une seconde fois, faute de savoir."),
            "not_before": (W, "Ne sert plus : une version d’avant y notait l’heure du prochain essai."),
            "created_at": (W, "Heure de la réponse."),
            "done_at": (W, "Heure de la fin."),
            "message_id": (W, "Numéro du message chez Telegram, pour pouvoir l’effacer."),
            "reason": (W, "Pourquoi il n’est pas parti."),
            "holder": (W, "Quel programme s’en occupe."),
            "held_until": (W, "Jusqu’à quand."),
        },
    ),
    "keyboards": Table(
        purpose="Savoir ce que veut dire un bouton touché.",
        leaves=_days("session", "{days} jours, ou sur demande."),
        columns={
            "id": (W, "Rang."),
            "newcomer": (L, "À qui les boutons ont été montrés."),
            "handoff": (L, "Pour les boutons des conseillers : la conversation."),
            "screen": (W, "Numéro de l’écran."),
            "body": (P, "Ce que fait chaque bouton, dont les mots d’un rappel à lire, chiffré."),
            "made_day": (P, "Jour."),
        },
    ),
    "buttons": Table(
        purpose="Retrouver le clavier d’un bouton.",
        leaves="Avec son clavier.",
        columns={"alias": (L, "Empreinte à clé du bouton."), "keyboard": (W, "Le clavier.")},
    ),
    "timers": Table(
        purpose="Rappels et délais.",
        leaves="À l’échéance, ou sur demande.",
        columns={
            "id": (W, "Rang."),
            "owner": (L, "De qui ou de quoi."),
            "newcomer": (L, "La personne."),
            "handoff": (L, "La conversation."),
            "name": (L, "Empreinte à clé du nom."),
            "alias": (L, "Empreinte à clé du nom et du sujet."),
            "body": (P, "Nom, et page ou mots de la personne, chiffrés."),
            "due_at": (W, "Échéance."),
            "holder": (W, "Quel programme s’en occupe."),
            "held_until": (W, "Jusqu’à quand."),
        },
    ),
    "handoffs": Table(
        purpose="Conversations avec une équipe.",
        leaves=_days("case", "{days} jours après la fin" + _UNENDED),
        columns={
            "id": (L, "Numéro tiré au hasard."),
            "newcomer": (L, "La personne."),
            "team": (W, "L’équipe."),
            "chat": (W, "Le groupe de l’équipe."),
            "thread": (W, "Le sujet du forum."),
            "card_message": (W, "La fiche épinglée."),
            "state": (W, "En attente, prise, rendue, close."),
            "version": (W, "Nombre d’enregistrements."),
            "body": (P, "Nom de code, langue, thème, résumé consenti, conseiller : chiffrés."),
            "opened_at": (P, "Ouverture."),
            "ended_at": (P, "Fin."),
        },
    ),
    "handoff_log": Table(
        purpose="Ce qui a été dit avec l’équipe, pour la suite du suivi.",
        leaves=_days("case", "{days} jours après la fin" + _UNENDED),
        columns={
            "id": (W, "Rang."),
            "handoff": (L, "La conversation."),
            "body": (P, "Auteur et texte, chiffrés."),
            "at": (P, "Heure."),
            "newcomer_message": (W, "Numéro du message chez la personne."),
            "topic_message": (W, "Numéro du message chez l’équipe."),
        },
    ),
    "mirrors": Table(
        purpose="Faire suivre une correction ou un effacement de l’autre côté.",
        leaves="Avec la conversation.",
        columns={
            "id": (W, "Rang."),
            "handoff": (L, "La conversation."),
            "newcomer_message": (W, "Numéro chez la personne."),
            "topic_message": (W, "Numéro chez l’équipe."),
        },
    ),
    "quarantine": Table(
        purpose="Comprendre un message que le programme n’a pas su lire.",
        leaves=_days("quarantine", "{days} jours, ou sur demande."),
        columns={
            "id": (W, "Rang."),
            "newcomer": (L, "La personne, si elle est connue."),
            "body": (P, "Le message, chiffré ; sans personne connue, seulement sa forme."),
            "reason": (W, "Ce qui n’allait pas."),
            "kept_day": (W, "Jour."),
        },
    ),
    "gaps": Table(
        purpose="Voir ce que le guichet ne comprend pas encore.",
        leaves=_days("gaps", "{days} jours."),
        columns={
            "id": (F, "Numéro tiré au hasard, sans ordre."),
            "locale": (F, "Langue."),
            "body": (F, "Mots du guichet lui-même, les autres masqués ; sans auteur, chiffrés."),
            "noted_day": (F, "Jour."),
        },
    ),
    "submissions": Table(
        purpose="Mettre ensemble les réponses à une enquête (`do: submit`), vues seulement comme totaux.",
        leaves=_days("submissions", "{days} jours. Sans auteur : un effacement ne peut pas les retrouver."),
        columns={
            "id": (F, "Numéro tiré au hasard, sans ordre."),
            "flow": (F, "Le parcours."),
            "body": (F, "Choix, et mots masqués avec leur langue, sans auteur, chiffrés."),
            "noted_day": (F, "Premier jour du mois."),
        },
    ),
    "checks": Table(
        purpose="Savoir ce que les équipes confirment ou veulent corriger dans l’annuaire.",
        leaves="Gardée : une ligne par fiche.",
        columns={
            "entry": (F, "La fiche : un service ou un chiffre daté."),
            "listed_day": (F, "Jour où l’équipe a été interrogée."),
            "right_day": (F, "Jour où un conseiller l’a dite juste, sans dire lequel."),
            "wrong_day": (F, "Jour où un conseiller l’a dite à corriger, sans dire lequel."),
        },
    ),
    "audit": Table(
        purpose="Savoir qui, dans l’équipe, a pris, rendu, exporté ou effacé quoi, et à quelle heure.",
        leaves=_days("audit", "{days} jours."),
        columns={
            "id": (W, "Rang."),
            "at_hour": (W, "Heure, sans les minutes."),
            "who": (W, "Nom court du conseiller, ou numéro de compte de l’opérateur sur la machine ; jamais un nom."),
            "event": (W, "Ce qui s’est passé : pris, remis, rendu au robot, fermé, exporté, effacé, inscrit, retiré."),
            "about": (
                L,
                "Numéro tiré au hasard de la conversation ou de la personne ; ne mène à personne une fois qu’elle est"
                " effacée.",
            ),
        },
    ),
    "counts": Table(
        purpose="Chiffres par jour, sans personne.",
        leaves="Gardés.",
        columns={
            "counted_day": (F, "Jour."),
            "figure": (F, "Ce qui est compté."),
            "label": (F, "Pour quoi."),
            "slot": (W, "Quel programme a compté."),
            "n": (F, "Combien."),
        },
    ),
    "advisers": Table(
        purpose="Qui a le droit de répondre au nom du guichet.",
        leaves="Quand la personne quitte la liste, au démarrage suivant.",
        columns={
            "id": (W, "Nom court."),
            "lookup": (L, "Empreinte à clé du compte."),
            "body": (P, "Compte, nom, équipes, langues : chiffrés."),
            "is_active": (W, "Peut répondre."),
        },
    ),
    "flows": Table(
        purpose="Finir un parcours commencé, même s’il a été modifié depuis.",
        leaves=_days("flows", "{days} jours après sa dernière publication, si personne n’y est plus."),
        columns={
            "flow": (F, "Le parcours."),
            "revision": (F, "Sa version."),
            "source": (F, "Son texte."),
            "kept_day": (F, "Jour."),
        },
    ),
    "tombstones": Table(
        purpose="Qu’une sauvegarde remise en place ne ramène pas une personne effacée.",
        leaves=_days("tombstones", "{days} jours : plus longtemps que la plus vieille sauvegarde."),
        columns={"mark": (L, "Empreinte à clé d’une personne effacée."), "month": (W, "Mois de l’effacement.")},
    ),
    "lanes": Table(
        purpose="Quel programme s’occupe de quelle file.",
        leaves="Quand la file est vide.",
        columns={"lane": (L, "La file."), "holder": (W, "Le programme."), "until_at": (W, "Jusqu’à quand.")},
    ),
    "replicas": Table(
        purpose="Les programmes en marche.",
        leaves="Au prochain démarrage.",
        columns={"slot": (W, "Numéro."), "name": (W, "Nom de la machine.")},
    ),
    "meta": Table(
        purpose="Version des tables, preuve de la clé, position chez Telegram, dernier contact, dernière heure vue.",
        leaves="Jamais.",
        columns={"name": (W, "Quoi."), "value": (W, "Combien.")},
    ),
}


def page() -> str:
    """The register as a page of documentation."""
    lines = [
        "# Données gardées par le guichet",
        "",
        "Cette page est produite à partir de `bot/store/register.py` ; un test échoue si une colonne n’y est pas.",
        "La base entière est chiffrée (SQLite) ; ce qui parle d’une personne l’est en plus sous une clé propre à elle.",
        "Les durées sont celles par défaut ; `config.yml` peut les changer.",
    ]
    for name, table in REGISTER.items():
        lines += ["", f"## `{name}`", "", table.purpose, f"**Durée :** {table.leaves}", ""]
        lines += ["| colonne | sens | nature |", "|---|---|---|"]
        lines += [f"| `{column}` | {meaning} | {kind.value} |" for column, (kind, meaning) in table.columns.items()]
    return "\n".join(lines) + "\n"
