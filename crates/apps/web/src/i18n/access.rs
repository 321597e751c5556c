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
    looks_earlier { uz: "Avvalgilari", ru: "Более ранние", en: "Earlier looks" }
    looks_when { uz: "Qachon", ru: "Когда", en: "When" }
    looks_who { uz: "Kim", ru: "Кто", en: "Who" }
    looks_why { uz: "Nega", ru: "Зачем", en: "Why" }
    looks_what { uz: "Qaysi maʼlumot", ru: "Какие данные", en: "Whose data" }
    look_one { uz: "Faqat sizniki", ru: "Только ваши", en: "Yours alone" }
    look_batch(count) { uz: "Birga koʻrilgan: {count}", ru: "Вместе с другими: {count}", en: "Together with others: {count}" }
    looks_proof { uz: "Isbot", ru: "Доказательство", en: "Proof" }
    look_run { uz: "Butun toʻlov davri", ru: "Весь цикл выплат", en: "A whole payment run" }
    look_all { uz: "Butun reyestr", ru: "Весь реестр", en: "The whole register" }
    look_withheld(ground) { uz: "Qonunga koʻra kech koʻrsatildi. Asos: {ground}", ru: "Показано позже по закону. Основание: {ground}", en: "Shown late, as the law allows. Ground: {ground}" }
    look_errand_issue(issue) { uz: "Idora aytgan ish: {issue}", ru: "Дело, которое назвало ведомство: {issue}", en: "The case that the office named: {issue}" }
    look_errand_user(user) { uz: "Idorada kim soʻragan: {user}", ru: "Кто спросил в ведомстве: {user}", en: "Who asked there: {user}" }
    look_errand_id(id) { uz: "Soʻrov raqami: {id}", ru: "Номер запроса: {id}", en: "Number of the request: {id}" }
    look_keep_proof { uz: "Saqlab olish", ru: "Сохранить", en: "Keep" }
    look_unsigned { uz: "Bir necha daqiqadan keyin", ru: "Через несколько минут", en: "In some minutes" }
    consents_title { uz: "Roziliklarim", ru: "Мои согласия", en: "My consents" }
    consents_lead { uz: "Idoralardan siz haqingizda qonun boʻyicha soʻraladi. Bankdan faqat roziligingiz bilan soʻraladi, uni istalgan vaqt qaytarib olasiz.", ru: "Ведомства спрашивают о вас по закону. Банк спрашивают только с вашего согласия, и вы можете отозвать его в любое время.", en: "Agencies are asked about you by law. Banks are asked only with your consent, which you can take back at any time." }
    consents_after { uz: "Rozilikni qaytarib olsangiz, bankdan endi soʻralmaydi. Ariza koʻrilayotgan boʻlsa, hisobdagi pul nomaʼlum qoladi va qaror kechikishi mumkin.", ru: "Если отозвать согласие, банк больше не спрашивают. Если заявление ещё рассматривается, остатки на счетах останутся неизвестны, и решение может задержаться.", en: "Once you take it back, no bank is asked any more. While an application is being decided, the balances then stay unknown, and the decision may take longer." }
    consent_word { uz: "Rozilik", ru: "Согласие", en: "Consent" }
    consent_by_law { uz: "Kerak emas: qonun boʻyicha", ru: "Не нужно: по закону", en: "Not needed: by law" }
    consent_given(day) { uz: "{day} berilgan", ru: "дано {day}", en: "given on {day}" }
    consent_taken_back(day) { uz: "{day} qaytarib olingan", ru: "отозвано {day}", en: "taken back on {day}" }
    consent_never { uz: "berilmagan", ru: "не давалось", en: "never given" }
    consent_give { uz: "Rozilik berish", ru: "Дать согласие", en: "Give consent" }
    consent_take_back { uz: "Qaytarib olish", ru: "Отозвать", en: "Take it back" }
    questions_title { uz: "Siz haqingizda kimdan soʻradik", ru: "Кого мы спрашивали о вас", en: "Whom we asked about you" }
    questions_lead { uz: "Har bir soʻrov shu yerda, javobsiz qolgani ham.", ru: "Здесь каждый запрос, и тот, на который не ответили.", en: "Each question is here, also one that was not answered." }
    questions_none { uz: "Siz haqingizda hech kimdan soʻramaganmiz.", ru: "Мы никого о вас не спрашивали.", en: "We have asked nobody about you." }
    questions_agency { uz: "Idora", ru: "Ведомство", en: "Agency" }
    questions_law { uz: "Asos", ru: "Основание", en: "Under which law" }
    questions_came { uz: "Natija", ru: "Результат", en: "What came" }
    by_consent { uz: "Sizning yoki oilangizdan ariza bergan kishining roziligi bilan", ru: "С согласия: вашего или того, кто подал заявление от семьи", en: "With consent: yours, or that of whoever applied for the family" }
    came_answer { uz: "Javob berdi", ru: "Ответили", en: "They answered" }
    came_nothing { uz: "Sizda hech narsa yoʻq, deyishdi", ru: "Ответили, что у вас ничего нет", en: "They answered that you hold nothing" }
    came_silence { uz: "Javob kelmadi", ru: "Ответа нет", en: "No answer" }
    everybody_title { uz: "Butun reyestr oʻqilgan", ru: "Когда читали весь реестр", en: "When the whole register was read" }
    everybody_lead { uz: "Bunda hamma qatori sizning maʼlumotlaringiz ham oʻqilgan.", ru: "При этом вместе со всеми читали и ваши данные.", en: "Your data was read then, together with everybody’s." }
    everybody_none { uz: "Hali bunday boʻlmagan.", ru: "Такого ещё не было.", en: "It has not happened yet." }
    everybody_show(count) { uz: "Koʻrsatish: {count}", ru: "Показать: {count}", en: "Show: {count}" }
    everybody_earlier { uz: "Reyestrning avvalgi oʻqilishlari", ru: "Более ранние чтения реестра", en: "Earlier reads of the register" }
    proof_title { uz: "Isbot nima uchun kerak", ru: "Зачем доказательство", en: "What a proof is for" }
    proof_lead { uz: "Isbot fayli bilan yozuv keyin oʻzgartirilmaganini istalgan kishi bizsiz tekshiradi. Uni saqlab qoʻying.", ru: "С файлом доказательства любой без нас проверит, что запись потом не меняли. Сохраните его.", en: "With the file of a proof anybody can check, without us, that an entry was not changed later. Keep it." }
    proof_key { uz: "Tekshirish uchun ochiq kalit", ru: "Открытый ключ для проверки", en: "The public key for checking" }
    integrator_title { uz: "Integratorlar uchun", ru: "Для интеграторов", en: "For integrators" }
    integrator_lead { uz: "Idoraning tizimini ulash uchun nusxa olinadigan buyruqlar. Yuqoridan pastga bajaring.", ru: "Команды, чтобы подключить систему ведомства. Скопируйте их и выполните по порядку.", en: "Calls to copy, to connect an agency’s system. Run them from top to bottom." }
    integrator_openapi { uz: "Barcha manzillar", ru: "Все адреса", en: "Every address" }
    integrator_jwks { uz: "Ochiq kalitlarimiz", ru: "Наши открытые ключи", en: "Our public keys" }
    integrator_enter { uz: "1. Roʻyxatga kirish", ru: "1. Зарегистрироваться", en: "1. Enter your system" }
    integrator_enter_demo { uz: "Bu sinov muhiti: oʻzingiz kirasiz. Maxfiy soʻz bir marta koʻrsatiladi.", ru: "Это песочница: вы регистрируетесь сами. Секрет показывается один раз.", en: "This is a sandbox: you enter yourself. The secret is shown once." }
    integrator_enter_officer { uz: "Reyestr xodimi tizimingizni kiritadi va sizga maxfiy soʻz beradi.", ru: "Сотрудник реестра внесёт вашу систему и даст вам секрет.", en: "An officer of the register enters your system and gives you a secret." }
    integrator_sign { uz: "Imzolaydigan tizim oʻz ochiq kalitlarini beradi:", ru: "Система, которая подписывает, даёт свои открытые ключи:", en: "A system that signs gives its public keys:" }
    integrator_token { uz: "2. Token olish", ru: "2. Получить токен", en: "2. Get a token" }
    integrator_search { uz: "3. Soʻrov yuborish", ru: "3. Отправить запрос", en: "3. Ask" }
    integrator_search_lead { uz: "Soʻralgan kishi bu soʻrovni oʻz sahifasida koʻradi.", ru: "Человек увидит этот запрос на своей странице.", en: "The person that you ask about sees this on the own page." }
    integrator_search_unsigned { uz: "Bu soʻrov imzosiz: undan faqat imzosiz kiritilgan tizim foydalana oladi. Imzolangan soʻrovni yoʻriqnoma koʻrsatadi.", ru: "Этот запрос без подписи: так может спрашивать только система, внесённая без подписи. Запрос с подписью показан в руководстве.", en: "This call is unsigned: only a system that was entered without a signature may ask so. The guide shows a signed call." }
    integrator_report { uz: "4. Hisobot", ru: "4. Отчёт", en: "4. The report" }
    integrator_report_lead { uz: "Tizimingiz kelishilgan hamma narsani bajardimi va nima rad etildi:", ru: "Всё ли согласованное показала ваша система и что отклонено:", en: "Whether your system has shown everything that is agreed, and what was refused:" }
    integrator_errors { uz: "Rad etish kodlari", ru: "Коды отказов", en: "Codes of refusals" }
    events_title { uz: "Rad etilgan xabarlar", ru: "Отклонённые сообщения", en: "Messages that were refused" }
    events_lead { uz: "Hamkorlarning ishonilmagan xabarlari va idoralarning soxta boʻlishi mumkin boʻlgan javoblari. Xabarning oʻzi saqlanmaydi.", ru: "Сообщения партнёров, которым не поверили, и ответы ведомств, которые могли подделать. Сами сообщения не хранятся.", en: "Messages of partners that were not believed, and answers of agencies that may be forged. The messages themselves are not kept." }
    events_none { uz: "Bunday xabar yoʻq.", ru: "Таких сообщений нет.", en: "There is none." }
    events_sender { uz: "Kimdan", ru: "От кого", en: "From whom" }
    events_asked { uz: "Nima soʻralgan", ru: "Что спрашивали", en: "What was asked" }
    events_code { uz: "Rad etish kodi", ru: "Код отказа", en: "Code of the refusal" }
    events_code_hint { uz: "Boshlanishi yetarli.", ru: "Достаточно начала.", en: "Its beginning is enough." }
    events_since { uz: "Qaysi kundan", ru: "С какого дня", en: "From which day on" }
    events_since_hint { uz: "Yil-oy-kun: 2026-01-31", ru: "Год-месяц-день: 2026-01-31", en: "Year-month-day: 2026-01-31" }
    events_since_wrong { uz: "Kunni yil-oy-kun koʻrinishida yozing: 2026-01-31.", ru: "Напишите день так: год-месяц-день, 2026-01-31.", en: "Write the day as year-month-day: 2026-01-31." }
    events_narrow { uz: "Tanlab olish", ru: "Отобрать", en: "Narrow them down" }
    events_show { uz: "Koʻrsatish", ru: "Показать", en: "Show" }
    events_all { uz: "Hammasi", ru: "Все", en: "All of them" }
    events_bytes(count) { uz: "{count} bayt", ru: "{count} байт", en: "{count} bytes" }
    events_more(count) { uz: "Eng yangi {count} tasi koʻrsatildi. Eskilarini koʻrish uchun tanlab oling.", ru: "Показаны последние {count}. Чтобы увидеть более старые, отберите их.", en: "These are the newest {count}. Narrow them down to see older ones." }
    looks_strange { uz: "Bu yerda sizga begona kishi boʻlsa, 1140 ga qoʻngʻiroq qiling.", ru: "Если здесь кто-то лишний, позвоните по номеру 1140.", en: "If somebody here should not have looked, call 1140." }

}
