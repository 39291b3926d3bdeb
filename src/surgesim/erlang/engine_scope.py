"""Rules of a scenario that formulas and the fluid leave out: said in a flag for each queue or group."""

from collections.abc import Iterator

from surgesim.model.model import Model
from surgesim.result.flags import Flag

SIMULATE = 'run engine="sim"'


def _left_out(code: str, where: str, en: str, ja: str) -> Flag:
    return Flag("warning", code, where, f"{en}; this engine leaves it out", SIMULATE, f"{ja}が、このエンジンでは考慮していません")


def left_out(model: Model) -> Iterator[Flag]:
    """Yield what an engine by formula or by fluid leaves out of a model."""
    for name, curve in zip(model.groups, model.learning, strict=True):
        if curve is not None:
            yield _left_out("learning", name, "handling times fall with tenure", "処理時間は習熟に応じて短くなります")
    for queue in model.queues:
        if queue.work.deadline_windows_s is not None:
            yield _left_out("deadline_hours", queue.name, "the deadline runs in business hours", "期限は営業時間で計算されます")
        if queue.work.from_opening:
            yield _left_out(
                "deadline_from", queue.name, "the deadline runs from the opening of its case",
                "期限は案件の受付時から計算されます",
            )  # fmt: skip
        if any(condition.matters for condition in queue.work.conditions):
            yield _left_out(
                "follow_up_conditions", queue.name, "follow-ups depend on the wait and on who handled the contact",
                "再入電の確率は待ち時間や対応者によって変わります",
            )  # fmt: skip
        if queue.work.escalation is not None and queue.work.escalation.warm:
            yield _left_out(
                "warm_escalation", queue.name, "agents wait with the customer for the second tier",
                "二次対応の応答まで一次対応者も保留されます",
            )  # fmt: skip
        if queue.work.outbound is not None and queue.work.outbound.reached < 1.0:
            yield _left_out("outbound", queue.name, "agents call again who was not reached", "不通の場合は再度発信します")
        if queue.work.outside:
            yield _left_out("outside", queue.name, "somebody outside does this work", "社外で処理されます")
        if queue.work.chat:
            most = len(queue.work.slowed)
            yield _left_out(
                "chat", queue.name, f"an agent holds up to {most} chats at once", f"1人が同時に最大{most}件のチャットに対応します"
            )
