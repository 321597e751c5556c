//! Texts of the page of figures.

use super::catalogue::texts;

texts! {
    figures_title { uz: "Tuman raqamlari", ru: "Показатели района", en: "Figures of the district" }
    figures_country_title { uz: "Raqamlar", ru: "Показатели", en: "Figures" }
    figures_as_of(day) { uz: "{day} holatiga koʻra. Shaxsiy maʼlumot yoʻq.", ru: "По состоянию на {day}. Личных данных нет.", en: "As of {day}. No personal data." }
    fig_lodged { uz: "Arizalar", ru: "Заявлений", en: "Applications" }
    fig_awarded { uz: "Yordam tayinlandi", ru: "Помощь назначена", en: "Awarded" }
    fig_refused { uz: "Rad etildi", ru: "Отказано", en: "Refused" }
    fig_waiting { uz: "Kutmoqda", ru: "Ждут", en: "Waiting" }
    fig_waiting_list { uz: "Byudjet navbati", ru: "В очереди на бюджет", en: "On the waiting list" }
    fig_credited { uz: "Kartalarga tushdi", ru: "Зачислено на карты", en: "On people's cards" }
    fig_returned { uz: "Bank qaytargan", ru: "Возвращено банком", en: "Returned by banks" }
    fig_outcomes { uz: "Arizalar natijasi", ru: "Исход заявлений", en: "What became of the applications" }
    fig_waits { uz: "Nega kutmoqda", ru: "Почему ждут", en: "Why cases wait" }
    fig_money { uz: "Pul yoʻli", ru: "Путь денег", en: "The way of the money" }
    fig_ordered { uz: "Topshirildi", ru: "Поручено", en: "Ordered" }
    fig_funded { uz: "Mablagʻ berildi", ru: "Профинансировано", en: "Funded" }
    fig_reasons { uz: "Rad etish sabablari", ru: "Причины отказа", en: "Reasons of refusals" }
    fig_families { uz: "Reyestrdagi oilalar", ru: "Семей в реестре", en: "Families in the register" }
}
