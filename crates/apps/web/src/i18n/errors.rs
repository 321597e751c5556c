//! Texts of the error pages: what happened, why, what to do.

use super::catalogue::texts;

texts! {
    not_found_title { uz: "Bunday sahifa yoʻq", ru: "Такой страницы нет", en: "There is no such page" }
    not_found_why { uz: "Manzil notoʻgʻri yoki sahifa koʻchirilgan.", ru: "Адрес неверен или страница перенесена.", en: "The address is wrong or the page has moved." }
    not_found_do { uz: "Manzilni tekshiring yoki bosh sahifadan boshlang.", ru: "Проверьте адрес или начните с главной.", en: "Check the address, or start from the home page." }
    forbidden_title { uz: "Bu sahifa sizga yopiq", ru: "Эта страница вам закрыта", en: "This page is closed to you" }
    forbidden_why(role) { uz: "Sizning vazifangiz: {role}. Bu vazifa uchun ruxsat berilmagan.", ru: "Ваша роль: {role}. Для неё доступ не предусмотрен.", en: "Your role is: {role}. It has no permission here." }
    forbidden_area_why { uz: "Bu ish sizning hududingizga tegishli emas.", ru: "Это дело не относится к вашей территории.", en: "This case does not belong to your area." }
    forbidden_do { uz: "Adashib kirgan boʻlsangiz, bosh sahifaga qayting. Urinish yozib qoʻyildi.", ru: "Если вы попали сюда случайно, вернитесь на главную. Попытка записана.", en: "If you came here by mistake, go to the home page. The attempt is recorded." }
    bad_title { uz: "Soʻrovni tushunmadik", ru: "Мы не поняли запрос", en: "We did not understand the request" }
    bad_why { uz: "Yuborilgan maʼlumot toʻliq emas yoki buzilgan.", ru: "Данные пришли не полностью или искажены.", en: "What was sent is incomplete or damaged." }
    bad_do { uz: "Orqaga qaytib, qayta yuboring. Ikki marta yuborish zarar qilmaydi.", ru: "Вернитесь и отправьте ещё раз. Повторная отправка не повредит.", en: "Go back and send it again. Sending twice does no harm." }
    cross_title { uz: "Soʻrov boshqa saytdan keldi", ru: "Запрос пришёл с другого сайта", en: "The request came from another site" }
    cross_why { uz: "Himoya uchun bunday soʻrovlar qabul qilinmaydi.", ru: "Ради вашей безопасности такие запросы не принимаются.", en: "For your safety such requests are refused." }
    large_title { uz: "Yuborilgan maʼlumot juda katta", ru: "Отправлено слишком много данных", en: "Too much was sent at once" }
    large_why(kib) { uz: "Bir soʻrovda {kib} KiB dan oshmasligi kerak.", ru: "Один запрос не может превышать {kib} КиБ.", en: "One request may hold at most {kib} KiB." }
    conflict_title { uz: "Bu amal endi bajarilmaydi", ru: "Это действие уже невозможно", en: "This can no longer be done" }
    conflict_do { uz: "Sahifani yangilang va yangi holatni koʻring.", ru: "Обновите страницу и посмотрите новое состояние.", en: "Open the page again and see how things stand now." }
    fault_title { uz: "Bizda nosozlik", ru: "У нас сбой", en: "Something failed on our side" }
    fault_why { uz: "Bu sizning xatoyingiz emas. Hech narsa yoʻqolmadi.", ru: "Это не ваша ошибка. Ничего не потеряно.", en: "It is not your fault. Nothing is lost." }
    fault_do { uz: "Bir daqiqadan keyin qayta urinib koʻring.", ru: "Попробуйте ещё раз через минуту.", en: "Try again in a minute." }
    slow_title { uz: "Javob juda uzoq keldi", ru: "Ответ занял слишком много времени", en: "The answer took too long" }
    what_to_do { uz: "Nima qilish kerak", ru: "Что делать", en: "What to do" }
}
