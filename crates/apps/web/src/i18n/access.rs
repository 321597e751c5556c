//! Texts of signing in, of refusals by permission, and of "who looked".

use super::catalogue::texts;

texts! {
    sign_in_title { uz: "Tizimga kirish", ru: "Вход", en: "Sign in" }
    sign_in_login { uz: "JSHSHIR yoki login", ru: "ПИНФЛ или логин", en: "PINFL or login" }
    sign_in_login_hint { uz: "JSHSHIR: pasportdagi 14 ta raqam. Orasida boʻsh joy boʻlishi mumkin.", ru: "ПИНФЛ: 14 цифр в паспорте. Пробелы допустимы.", en: "PINFL: the 14 digits in your passport. Spaces are fine." }
    sign_in_secret { uz: "Maxfiy soʻz", ru: "Секретное слово", en: "Secret" }
    sign_in_secret_hint { uz: "Uni hech kimga aytmang. Xodimlarimiz ham soʻramaydi.", ru: "Никому его не говорите. Наши сотрудники его не спрашивают.", en: "Tell it to nobody. Our staff never ask for it." }
    sign_in_button { uz: "Kirish", ru: "Войти", en: "Sign in" }
    sign_in_login_empty { uz: "JSHSHIR yoki loginni kiriting.", ru: "Введите ПИНФЛ или логин.", en: "Enter your PINFL or login." }
    sign_in_secret_empty { uz: "Maxfiy soʻzni kiriting.", ru: "Введите секретное слово.", en: "Enter your secret." }
    sign_in_wrong { uz: "Login yoki maxfiy soʻz notoʻgʻri. Tekshirib, qayta kiriting.", ru: "Неверный логин или секретное слово. Проверьте и введите ещё раз.", en: "The login or the secret is wrong. Check them and try again." }
    sign_in_locked(minutes) { uz: "Juda koʻp xato urinish boʻldi. {minutes} daqiqadan keyin urinib koʻring.", ru: "Слишком много неверных попыток. Попробуйте через {minutes} мин.", en: "Too many wrong attempts. Try again in {minutes} minutes." }
    sign_in_first { uz: "Davom etish uchun tizimga kiring.", ru: "Чтобы продолжить, войдите.", en: "Sign in to go on." }
    signed_out { uz: "Siz tizimdan chiqdingiz.", ru: "Вы вышли.", en: "You have signed out." }

    looks_title { uz: "Maʼlumotlarimni kim koʻrdi", ru: "Кто смотрел мои данные", en: "Who looked at my data" }
    looks_lead { uz: "Maʼlumotlaringiz har ochilganda shu yerda yoziladi. Buni oʻchirib boʻlmaydi.", ru: "Каждый просмотр ваших данных записан здесь. Запись нельзя стереть.", en: "Each look at your data is written here. The record cannot be erased." }
    looks_none { uz: "Maʼlumotlaringizni hali hech kim ochmagan.", ru: "Ваши данные ещё никто не открывал.", en: "Nobody has opened your data yet." }
    looks_when { uz: "Qachon", ru: "Когда", en: "When" }
    looks_who { uz: "Kim", ru: "Кто", en: "Who" }
    looks_why { uz: "Nega", ru: "Зачем", en: "Why" }
    looks_what { uz: "Qaysi maʼlumot", ru: "Какие данные", en: "Whose data" }
    look_one { uz: "Faqat sizniki", ru: "Только ваши", en: "Yours alone" }
    look_batch(count) { uz: "Birga koʻrilgan: {count}", ru: "Вместе с другими: {count}", en: "Together with others: {count}" }
    looks_case { uz: "Ish", ru: "Дело", en: "Case" }
    looks_strange { uz: "Bu yerda sizga begona kishi boʻlsa, 1140 ga qoʻngʻiroq qiling.", ru: "Если здесь кто-то лишний, позвоните по номеру 1140.", en: "If somebody here should not have looked, call 1140." }

}
