"""Words of the what-if panel; part of ``words``."""

PANEL: dict[str, tuple[str, str]] = {
    "panel_affected": ("People affected", "対象者数"),
    "panel_hours_later": ("Announcement later by (h)", "公表を遅らせる(時間)"),
    "panel_deflection": ("Try self-service first (%)", "先に自己解決を試す割合(%)"),
    "panel_aht": ("Handling time (s)", "平均処理時間(秒)"),
    "panel_seats": ("Seats filled: {site}", "稼働席数: {site}"),
    "panel_simulate": ("Simulate", "シミュレーション"),
    "panel_workbook": ("Workbook", "Excelを作成"),
    "panel_reset": ("Reset", "初期値に戻す"),
    "panel_download": ("Download {file}", "{file} をダウンロード"),
    "panel_state_preview": (
        "Preview by the fluid in {seconds}: backlog and redials, no luck. Bands follow when you simulate.",
        "流体近似による速報({seconds})。待ち呼とかけ直しを含み、偶然の変動は含まない。幅はシミュレーションで表示。",
    ),
    "panel_state_simulated": (
        "Simulated in {seconds}: {replications} replications, {contacts} contacts each; bands are 95% intervals.",
        "シミュレーション({seconds}): 反復{replications}回、各{contacts}件。幅は95%信頼区間。",
    ),
    "panel_state_refused": ("This cannot be answered: {what}", "計算できません: {what}"),
    "panel_now": ("Now", "変更後"),
    "panel_before": ("As in the file", "ファイルの値"),
    "panel_band": ("95% interval", "95%信頼区間"),
    "panel_picture": ("Service level by day", "日別サービスレベル"),
    "panel_preview": ("preview", "速報"),
    "panel_seconds": (" s", "秒"),
}  # fmt: skip
