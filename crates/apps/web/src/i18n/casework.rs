//! Texts of applications, visits, conclusions and the officer's cases.

use super::catalogue::texts;

texts! {
    status_draft { uz: "Qoralama", ru: "Черновик", en: "Draft" }
    status_sent { uz: "Yuborildi", ru: "Отправлено", en: "Sent" }
    status_checking { uz: "Tekshirilmoqda", ru: "Проверяем", en: "Checking" }
    status_need { uz: "Sizdan javob kerak", ru: "Нужен ваш ответ", en: "We need something" }
    status_decided { uz: "Qaror chiqdi", ru: "Решение принято", en: "Decided" }
    status_paid { uz: "Toʻlandi", ru: "Выплачено", en: "Paid" }

    lodge_title { uz: "Ariza qabul qilish", ru: "Приём заявления", en: "Take an application" }
    lodge_lead { uz: "JSHSHIR va rozilik yetarli. Qolgan maʼlumotni idoralardan oʻzimiz soʻraymiz.", ru: "Нужны только ПИНФЛ и согласие. Остальное мы спросим у ведомств сами.", en: "The PINFL and consent are enough. We ask the agencies for everything else." }
    lodge_pinfl { uz: "Fuqaroning shaxsiy raqami (JSHSHIR)", ru: "ПИНФЛ заявителя", en: "The person's PINFL" }
    lodge_pinfl_hint { uz: "Pasportdagi 14 ta raqam, masalan 4 120585 123 456 7. Boʻsh joylar xalaqit bermaydi.", ru: "14 цифр в паспорте, например 4 120585 123 456 7. Пробелы не мешают.", en: "14 digits in the passport, for example 4 120585 123 456 7. Spaces do no harm." }
    lodge_consent_title { uz: "Rozilik", ru: "Согласие", en: "Consent" }
    lodge_consent_hint { uz: "Avval fuqaroga oʻqib bering.", ru: "Сначала прочитайте заявителю вслух.", en: "Read this aloud to the person first." }
    lodge_consent { uz: "Fuqaro oilasi haqidagi maʼlumot davlat idoralaridan olinishiga rozi.", ru: "Заявитель согласен: сведения о семье будут получены у государственных ведомств.", en: "The person agrees that data on the family are asked from state agencies." }
    lodge_bank_consent { uz: "Fuqaro banklardan hisobdagi qoldiq soʻralishiga rozi.", ru: "Заявитель согласен: у банков спросят остатки на счетах.", en: "The person agrees that banks are asked for the balances of accounts." }
    lodge_language { uz: "Xatlar qaysi tilda yozilsin", ru: "На каком языке писать заявителю", en: "The language of the person's letters" }
    language_uz { uz: "oʻzbekcha, lotin yozuvi", ru: "на узбекском, латиницей", en: "Uzbek, Latin letters" }
    language_uz_cyrl { uz: "oʻzbekcha, kirill yozuvi", ru: "на узбекском, кириллицей", en: "Uzbek, Cyrillic letters" }
    language_ru { uz: "ruscha", ru: "на русском", en: "Russian" }
    language_en { uz: "inglizcha", ru: "на английском", en: "English" }
    lodge_button { uz: "Arizani yuborish", ru: "Отправить заявление", en: "Send the application" }
    lodge_once { uz: "Bir oilaga bir oyda bitta ariza.", ru: "Одно заявление семьи в месяц.", en: "One application a family a month." }
    pinfl_empty { uz: "JSHSHIRni kiriting.", ru: "Введите ПИНФЛ.", en: "Enter the PINFL." }
    pinfl_length(typed) { uz: "JSHSHIR 14 ta raqamdan iborat. Siz {typed} ta raqam kiritdingiz.", ru: "В ПИНФЛ 14 цифр. Вы ввели: {typed}.", en: "A PINFL has 14 digits. You typed {typed}." }
    pinfl_digits { uz: "JSHSHIRda faqat raqam boʻladi. Harflarni olib tashlang.", ru: "В ПИНФЛ только цифры. Уберите буквы.", en: "A PINFL has digits only. Take out the letters." }
    pinfl_check { uz: "JSHSHIRda xato raqam bor. Pasport bilan solishtiring.", ru: "В ПИНФЛ есть ошибка. Сверьте его с паспортом.", en: "One digit of the PINFL is wrong. Compare it with the passport." }
    consent_missing { uz: "Roziliksiz arizani qabul qilib boʻlmaydi. Rozilikni belgilang.", ru: "Без согласия принять заявление нельзя. Отметьте согласие.", en: "An application cannot be taken without consent. Tick the consent." }
    bank_consent_missing { uz: "Bank roziligisiz hisobni tekshirib boʻlmaydi. Rozilikni belgilang.", ru: "Без согласия банки не ответят. Отметьте согласие.", en: "Banks do not answer without consent. Tick the consent." }

    lodged_title { uz: "Ariza qabul qilindi", ru: "Заявление принято", en: "The application is in" }
    lodged_number { uz: "Ariza raqami", ru: "Номер заявления", en: "Application number" }
    lodged_on(day) { uz: "{day} kuni qabul qilindi.", ru: "Принято {day}.", en: "Received on {day}." }
    lodged_next { uz: "Endi nima boʻladi", ru: "Что дальше", en: "What happens next" }
    lodged_next_ask { uz: "Idoralardan maʼlumot soʻraymiz. Sizdan qogʻoz kerak emas.", ru: "Мы спросим ведомства. Бумаги от вас не нужны.", en: "We ask the agencies. You need no papers." }
    lodged_next_visit(day) { uz: "Ijtimoiy xodim uyga keladi: {day} gacha.", ru: "Социальный работник придёт домой: до {day}.", en: "A social worker comes to the home by {day}." }
    lodged_next_answer(day) { uz: "Javob {day} gacha keladi.", ru: "Ответ придёт до {day}.", en: "The answer comes by {day}." }
    lodged_next_money { uz: "Qaror ijobiy boʻlsa, pul har oy 4-27 kunlari kartaga tushadi.", ru: "Если ответ положительный, деньги приходят на карту с 4 по 27 число.", en: "If the answer is yes, money comes to the card between the 4th and the 27th." }
    lodged_keep { uz: "Raqamni fuqaroga yozib bering.", ru: "Запишите номер для заявителя.", en: "Write the number down for the person." }
    lodged_another { uz: "Yana ariza qabul qilish", ru: "Принять ещё одно", en: "Take another application" }

    follow_title { uz: "Arizalar", ru: "Заявления", en: "Applications" }
    follow_lead { uz: "Siz ariza holatini koʻrasiz. Qarorni tizim chiqaradi, xodim emas.", ru: "Вы видите состояние заявлений. Решает система, а не работник.", en: "You see where each stands. The system decides, no worker does." }
    follow_none { uz: "Mahallangizda hali ariza yoʻq.", ru: "В вашей махалле пока нет заявлений.", en: "There is no application in your mahalla yet." }
    col_number { uz: "Raqam", ru: "Номер", en: "Number" }
    col_name { uz: "Ism", ru: "Имя", en: "Name" }
    col_lodged { uz: "Sana", ru: "Дата", en: "Lodged" }
    col_status { uz: "Holat", ru: "Состояние", en: "Status" }
    col_next { uz: "Keyingi qadam", ru: "Следующий шаг", en: "Next step" }
    next_agencies { uz: "Idoralar javobi kutilmoqda", ru: "Ждём ответа ведомств", en: "Agencies are asked" }
    next_agencies_since(agency, day) { uz: "Javob kutilmoqda: {agency}, {day} dan beri", ru: "Ждём ответа: {agency}, с {day}", en: "Waiting for {agency} since {day}" }
    next_visit(day) { uz: "Uyga tashrif, {day} gacha", ru: "Посещение на дому, до {day}", en: "Home visit by {day}" }
    next_seven(day) { uz: "Mahalla yettiligi xulosasi, {day} gacha", ru: "Заключение семёрки, до {day}", en: "Conclusion of the Seven by {day}" }
    next_close(day) { uz: "Oy yakuni, javob {day} gacha", ru: "Итог месяца, ответ до {day}", en: "Close of the month, answer by {day}" }
    next_paid(day) { uz: "Toʻlov {day} gacha", ru: "Выплата до {day}", en: "Payment by {day}" }
    next_suspended { uz: "Toʻxtatilgan: oy boshida yana tekshiriladi", ru: "Приостановлено: проверят в начале месяца", en: "Suspended: looked at again at the beginning of the month" }
    next_waiting_list { uz: "Navbatda: byudjet kutilmoqda", ru: "В очереди: ждёт бюджета", en: "On the waiting list for budget" }
    next_account { uz: "Yangi karta kerak", ru: "Нужна новая карта", en: "A new card is needed" }
    next_confirm { uz: "Davom ettirishni tasdiqlang", ru: "Подтвердите продление", en: "Confirm the renewal" }
    next_none { uz: "Hech narsa kerak emas", ru: "Ничего не нужно", en: "Nothing is needed" }

    my_title { uz: "Arizalarim", ru: "Мои заявления", en: "My applications" }
    my_none { uz: "Sizda hali ariza yoʻq. Mahalla xodimi ariza qabul qiladi.", ru: "У вас ещё нет заявлений. Его примет работник махалли.", en: "You have no application yet. Your mahalla worker takes one." }
    my_timeline { uz: "Ariza yoʻli", ru: "Путь заявления", en: "The way of the application" }
    my_see_decision { uz: "Qaror va sababi", ru: "Решение и его причина", en: "The decision and its reason" }
    my_see_way { uz: "Ariza yoʻli", ru: "Путь заявления", en: "See its way" }
    application_number(number) { uz: "{number} raqamli ariza", ru: "Заявление {number}", en: "Application {number}" }
    programme_child_benefit { uz: "Bolalar nafaqasi", ru: "Пособие на детей", en: "Child benefit" }
    programme_material_assistance { uz: "Moddiy yordam", ru: "Материальная помощь", en: "Material assistance" }

    step_lodged { uz: "Ariza qabul qilindi", ru: "Заявление принято", en: "Application received" }
    step_gathered { uz: "Idoralar javob berdi", ru: "Ведомства ответили", en: "The agencies answered" }
    step_visit { uz: "Uyga tashrif", ru: "Посещение на дому", en: "Home visit" }
    step_seven { uz: "Mahalla yettiligi xulosasi", ru: "Заключение махаллинской семёрки", en: "Conclusion of the Mahalla Seven" }
    step_assessed { uz: "Hisob-kitob qilindi", ru: "Расчёт сделан", en: "Assessed" }
    step_awarded { uz: "Qaror: yordam tayinlandi", ru: "Решение: помощь назначена", en: "Decision: help is awarded" }
    step_payment_waits { uz: "Toʻlov kutmoqda: byudjetda bunga mablagʻ yoʻq", ru: "Выплата ждёт: в бюджете нет на неё денег", en: "The payment waits: the budget has no money for it" }
    step_refused { uz: "Qaror: rad etildi", ru: "Решение: отказ", en: "Decision: refused" }
    step_suspended { uz: "Qaror: toʻlov vaqtincha toʻxtatildi", ru: "Решение: выплата приостановлена", en: "Decision: the payment is suspended" }
    step_looked_again { uz: "Ish yana tekshirilmoqda", ru: "Дело проверяют снова", en: "The case is looked at again" }
    step_waiting_list { uz: "Qaror: navbatga qoʻyildi", ru: "Решение: лист ожидания", en: "Decision: waiting list" }
    step_migrated { uz: "Yangi qoida boʻyicha qayta koʻrildi", ru: "Пересмотрено по новым правилам", en: "Reassessed under the new law" }
    step_opened { uz: "Tizim ishni arizasiz ochdi", ru: "Дело открыто системой, без заявления", en: "Opened by the system, without an application" }
    step_withdrawn { uz: "Ariza qaytarib olindi", ru: "Заявление отозвано", en: "Withdrawn" }
    step_resumed { uz: "Xato xabar bekor qilindi: yana toʻlanadi", ru: "Ошибочное сообщение отозвано: платят снова", en: "A mistaken message was taken back: it is paid again" }
    step_not_resumed { uz: "Xato xabar bekor qilindi; hozir boshqa tayinlash boʻyicha toʻlanmoqda", ru: "Ошибочное сообщение отозвано; теперь платят по другому назначению", en: "A mistaken message was taken back; another award pays by now" }
    step_ended { uz: "Yordam muddati tugadi", ru: "Срок помощи окончен", en: "The help has ended" }
    step_waiting { uz: "Kutilmoqda", ru: "Ожидание", en: "Waiting" }
    step_changed { uz: "Holat oʻzgardi", ru: "Состояние изменилось", en: "The state changed" }

    visits_title { uz: "Tashriflar", ru: "Посещения на дому", en: "Home visits" }
    visits_none { uz: "Bugun tashrif yoʻq.", ru: "Сегодня посещений нет.", en: "There is no visit to make." }
    col_pinfl { uz: "JSHSHIR", ru: "ПИНФЛ", en: "PINFL" }
    col_mahalla { uz: "Mahalla", ru: "Махалля", en: "Mahalla" }
    col_since { uz: "Qachondan", ru: "С какого дня", en: "Since" }
    col_deadline { uz: "Muddat", ru: "Срок", en: "Deadline" }
    visit_title { uz: "Uy soʻrovnomasi", ru: "Анкета на дому", en: "Home questionnaire" }
    visit_at_home { uz: "Oila uydami?", ru: "Семья дома?", en: "Is the family at home?" }
    visit_confirmed { uz: "Idoralar maʼlumotini oila tasdiqlaydimi?", ru: "Семья подтверждает данные ведомств?", en: "Does the family confirm what the agencies said?" }
    visit_income { uz: "Norasmiy daromad, bir oyda, soʻm", ru: "Неофициальный доход в месяц, сумов", en: "Informal income a month, in soum" }
    visit_income_hint { uz: "Butun oila uchun. Boʻlmasa 0 yozing.", ru: "На всю семью. Если нет, напишите 0.", en: "For the whole family. If none, write 0." }
    exemption_lead { uz: "Ishlashga nima xalal berishini har bir katta yoshlidan soʻrang. Nafaqa olti oydan keyin shu javobga bogʻliq boʻladi.", ru: "Спросите о каждом взрослом, что мешает ему работать. Через шесть месяцев выплата зависит и от этого ответа.", en: "Ask of each adult what keeps from work. After six months the payment depends on this answer too." }
    exemption_reason { uz: "ishlashga nima xalal beradi?", ru: "что мешает работать?", en: "what keeps from work?" }
    exemption_none { uz: "Bunday sabab yoʻq", ru: "Такой причины нет", en: "No such reason" }
    exemption_since { uz: "qachondan", ru: "с какого дня", en: "since which day" }
    exemption_until { uz: "qaysi kungacha (parvarish uchun boʻsh qolishi mumkin)", ru: "по какой день (для ухода можно не указывать)", en: "until which day (may stay empty for care)" }
    exemption_ends_first { uz: "Bu kun boshlanish kunidan oldin.", ru: "Этот день раньше дня начала.", en: "That day is before the first one." }
    visit_day { uz: "Tashrif kuni", ru: "День посещения", en: "Day of the visit" }
    visit_send { uz: "Soʻrovnomani yuborish", ru: "Отправить анкету", en: "Send the questionnaire" }
    visit_saved(number) { uz: "{number}: soʻrovnoma saqlandi.", ru: "{number}: анкета сохранена.", en: "{number}: the questionnaire is saved." }
    choose_one { uz: "Javoblardan birini belgilang.", ru: "Выберите один из ответов.", en: "Choose one of the answers." }
    money_wrong { uz: "Soʻmni raqam bilan yozing, masalan 350 000.", ru: "Напишите сумму цифрами, например 350 000.", en: "Write the sum in digits, for example 350 000." }
    day_wrong { uz: "Kunni tanlang yoki 2026-02-20 koʻrinishida yozing.", ru: "Выберите день или напишите так: 2026-02-20.", en: "Choose a day, or write it like 2026-02-20." }
    day_future { uz: "Bu kun hali kelmagan.", ru: "Этот день ещё не наступил.", en: "That day has not come yet." }

    conclusions_title { uz: "Mahalla yettiligi xulosalari", ru: "Заключения махаллинской семёрки", en: "Conclusions of the Mahalla Seven" }
    conclusions_none { uz: "Xulosa kutayotgan ariza yoʻq.", ru: "Нет заявлений, ждущих заключения.", en: "No application waits for a conclusion." }
    conclusion_title { uz: "Mahalla yettiligi xulosasi", ru: "Заключение махаллинской семёрки", en: "Conclusion of the Mahalla Seven" }
    conclusion_lead { uz: "Xulosa qaror emas. U hisob-kitob uchun maʼlumot.", ru: "Заключение не решение. Это сведения для расчёта.", en: "A conclusion is no decision. It is a fact for the assessment." }
    conclusion_difficult { uz: "Oila ogʻir ahvoldami?", ru: "Семья в трудном положении?", en: "Is the family in a difficult situation?" }
    conclusion_day { uz: "Xulosa kuni", ru: "День заключения", en: "Day of the conclusion" }
    conclusion_send { uz: "Xulosani yuborish", ru: "Отправить заключение", en: "Send the conclusion" }
    conclusion_saved(number) { uz: "{number}: xulosa saqlandi.", ru: "{number}: заключение сохранено.", en: "{number}: the conclusion is saved." }

    cases_title { uz: "Kutayotgan ishlar", ru: "Ждущие дела", en: "Cases that wait" }
    cases_lead { uz: "Toza ishlar bu yerda chiqmaydi: ularni tizim oʻzi yuritadi.", ru: "Чистых дел здесь нет: их ведёт сама система.", en: "Clean cases do not appear here: the system carries them." }
    cases_none { uz: "Hech bir ish kutmayapti.", ru: "Ни одно дело не ждёт.", en: "No case waits." }
    cases_by_reason { uz: "Sabab boʻyicha", ru: "По причине", en: "By reason" }
    cases_all { uz: "Hammasi", ru: "Все", en: "All" }
    col_reason { uz: "Sabab", ru: "Причина", en: "Reason" }
    col_count { uz: "Soni", ru: "Число", en: "Count" }
    col_waits_for { uz: "Kimni kutmoqda", ru: "Кого ждёт", en: "Waits for" }
    wait_agency { uz: "Idora javob bermayapti", ru: "Ведомство молчит", en: "An agency is silent" }
    wait_visit { uz: "Uyga tashrif", ru: "Посещение на дому", en: "Home visit" }
    wait_seven { uz: "Mahalla yettiligi", ru: "Махаллинская семёрка", en: "The Mahalla Seven" }
    wait_close { uz: "Oy yakuni", ru: "Итог месяца", en: "Close of the month" }
    wait_budget { uz: "Byudjet (navbat)", ru: "Бюджет (очередь)", en: "Budget (waiting list)" }
    wait_renewal { uz: "Oila tasdigʻi", ru: "Подтверждение семьи", en: "The family's confirmation" }
    wait_other { uz: "Boshqa", ru: "Другое", en: "Other" }
    overdue { uz: "muddati oʻtgan", ru: "просрочено", en: "overdue" }
    case_title(number) { uz: "{number} ishi", ru: "Дело {number}", en: "Case {number}" }
    case_waits { uz: "Nega kutmoqda", ru: "Почему ждёт", en: "Why it waits" }
    case_family { uz: "Oila", ru: "Семья", en: "The family" }
    kin_applicant { uz: "ariza beruvchi", ru: "заявитель", en: "applicant" }
    kin_spouse { uz: "turmush oʻrtogʻi", ru: "супруг(а)", en: "spouse" }
    kin_child { uz: "farzand", ru: "ребёнок", en: "child" }
    kin_other { uz: "oila aʼzosi", ru: "член семьи", en: "family member" }
    case_history { uz: "Ish tarixi", ru: "История дела", en: "History of the case" }
    case_cannot_decide { uz: "Siz bu ishni tasdiqlay ham, rad eta ham olmaysiz. Qarorni tizim chiqaradi.", ru: "Вы не можете ни одобрить, ни отклонить дело. Решает система.", en: "You can neither approve nor refuse this case. The system decides." }
    case_regime { uz: "Qoida", ru: "Правила", en: "Rules" }
    case_money { uz: "Oyiga", ru: "В месяц", en: "A month" }

    renewal_title { uz: "Yordamni davom ettirish", ru: "Продление помощи", en: "Renew the help" }
    renewal_lead { uz: "Muddat tugayapti. Hammasini tayyorladik, faqat tasdiqlang.", ru: "Срок заканчивается. Мы всё подготовили, подтвердите.", en: "The term is ending. All is prepared; you only confirm." }
    renewal_open { uz: "Davom ettirishni koʻrish", ru: "Посмотреть продление", en: "See the renewal" }
    renewal_confirm { uz: "Tasdiqlayman", ru: "Подтверждаю", en: "I confirm" }
    renewal_done { uz: "Tasdiqlandi. Javob oy yakunida keladi.", ru: "Подтверждено. Ответ придёт по итогу месяца.", en: "Confirmed. The answer comes at the close of the month." }

    already_this_month { uz: "Bu oila shu oy ariza bergan. Keyingi oy yana berish mumkin.", ru: "Семья уже подала заявление в этом месяце. Следующее можно подать через месяц.", en: "This family has applied this month. It can apply again next month." }
    outside_area { uz: "Bu fuqaro mahallangizda yashamaydi. U oʻz mahallasiga borsin.", ru: "Этот человек живёт не в вашей махалле. Пусть обратится в свою.", en: "This person does not live in your mahalla. The own mahalla takes the application." }
    person_unknown { uz: "Bu JSHSHIR reyestrda topilmadi. Raqamni pasport bilan solishtiring.", ru: "Этого ПИНФЛ нет в реестре. Сверьте номер с паспортом.", en: "This PINFL is not in the register. Compare it with the passport." }
    person_dead { uz: "Reyestrga koʻra bu kishi vafot etgan. Xato boʻlsa, 1140 ga qoʻngʻiroq qiling.", ru: "По реестру этот человек умер. Если это ошибка, позвоните 1140.", en: "The register says this person has died. If that is wrong, call 1140." }
    person_no_family { uz: "Reyestrda bu kishining oilasi topilmadi. 1140 ga qoʻngʻiroq qiling.", ru: "В реестре нет семьи этого человека. Позвоните 1140.", en: "The register holds no family of this person. Call 1140." }
    lives_elsewhere { uz: "Reyestrga koʻra bu fuqaro boshqa joyda yashaydi. Arizani oʻz mahallasining xodimi qabul qiladi yoki fuqaroning oʻzi shu saytda beradi.", ru: "По реестру заявитель живёт в другом месте. Заявление примет сотрудник его махалли, или его подаст сам заявитель на этом сайте.", en: "By the register this person lives elsewhere. The worker of the own mahalla takes the application, or the person lodges on this site." }
    step_late { uz: "Qadam muddatida boʻlmadi. Tuman idorasiga xabar berildi. Buning uchun rad etilmaydi.", ru: "Шаг не сделан в срок. Району сообщено. За это не отказывают.", en: "A step did not come in time. The district is told. Nobody is refused for it." }
    late_title { uz: "Muddati oʻtgan qadamlar", ru: "Просроченные шаги", en: "Steps that are late" }
    late_lead { uz: "Bu oilalar xodimlarni kutmoqda. Tashrif yoki xulosani tezlashtiring.", ru: "Эти семьи ждут сотрудников. Поторопите посещение или заключение.", en: "These families wait for staff. See to it that the visit or the conclusion comes." }
    late_step { uz: "Qadam", ru: "Шаг", en: "Step" }
    late_where { uz: "Mahalla", ru: "Махалля", en: "Mahalla" }
    late_since { uz: "Qachondan kechikkan", ru: "Просрочено с", en: "Late since" }
    late_days { uz: "Kun", ru: "Дней", en: "Days" }
    already_awarded(number, month) { uz: "Bu oilaga yordam berilmoqda ({number}): {month} oxirigacha.", ru: "Семья уже получает помощь ({number}): до конца месяца {month}.", en: "This family is helped already ({number}), to the end of {month}." }
    lodge_refused { uz: "Arizani qabul qilib boʻlmadi.", ru: "Принять заявление не удалось.", en: "The application could not be taken." }
}
