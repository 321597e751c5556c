//! Texts of payments: the citizen's, the tasks, the runs, the budget.

use super::catalogue::texts;

texts! {
    pay_title { uz: "Toʻlovlarim", ru: "Мои выплаты", en: "My payments" }
    pay_none { uz: "Sizda hali toʻlov yoʻq.", ru: "У вас ещё нет выплат.", en: "You have no payment yet." }
    pay_when { uz: "Pul har oy 4-27 kunlari tushadi. Muddat oʻtsa, 1140 ga ayting.", ru: "Деньги приходят с 4 по 27 число. Если срок прошёл, позвоните 1140.", en: "Money comes between the 4th and the 27th. If it is late, call 1140." }
    col_month { uz: "Oy", ru: "Месяц", en: "Month" }
    col_programme { uz: "Yordam turi", ru: "Вид помощи", en: "Kind of help" }
    col_amount { uz: "Summa", ru: "Сумма", en: "Amount" }
    col_state { uz: "Holat", ru: "Состояние", en: "State" }
    col_day { uz: "Sana", ru: "Дата", en: "Date" }
    pay_due { uz: "Tayinlangan", ru: "Назначено", en: "Due" }
    pay_ordered { uz: "Gʻaznada", ru: "В казначействе", en: "At the treasury" }
    pay_sent { uz: "Bankka yuborildi", ru: "Отправлено в банк", en: "Sent to the bank" }
    pay_credited { uz: "Kartaga tushdi", ru: "Зачислено на карту", en: "On the card" }
    pay_returned { uz: "Bank qaytardi, pulingiz saqlanmoqda", ru: "Банк вернул, деньги сохранены", en: "Returned by the bank; your money is kept" }
    pay_asked { uz: "Bankdan soʻralmoqda", ru: "Спрашиваем банк", en: "We are asking the bank" }
    pay_card(end) { uz: "karta raqami oxiri {end}", ru: "счёт оканчивается на {end}", en: "account ending in {end}" }
    pay_cash { uz: "bank kassasida, pasport bilan", ru: "в кассе банка, по паспорту", en: "at the bank's cash desk, with your passport" }
    pay_nominee(name, day) { uz: "Pulingizni {day} gacha {name} oladi.", ru: "Ваши деньги до {day} получает {name}.", en: "Until {day} your money is received by {name}." }
    pay_stopped { uz: "Toʻxtatilgan", ru: "Остановлено", en: "Stopped" }
    return_closed { uz: "karta yopilgan", ru: "карта закрыта", en: "the card is closed" }
    return_wrong { uz: "hisobraqam notoʻgʻri", ru: "счёт неверен", en: "the account is wrong" }
    return_dead { uz: "bank oluvchi vafot etgan deydi", ru: "банк сообщает о смерти получателя", en: "the bank says the payee has died" }
    return_unclaimed { uz: "kassaga hech kim kelmadi", ru: "в кассу никто не пришёл", en: "nobody came to the cash desk" }
    return_other(code) { uz: "bank kodi {code}", ru: "код банка {code}", en: "bank code {code}" }

    tasks_title { uz: "Qaytgan toʻlovlar", ru: "Возвращённые выплаты", en: "Returned payments" }
    tasks_lead { uz: "Yangi hisobraqam kiriting. Ikkinchi xodim tasdiqlaydi, 72 soatdan keyin pul keyingi yuborishda tushadi.", ru: "Введите новый счёт. Второй сотрудник подтвердит его, через 72 часа деньги уйдут в следующей отправке.", en: "Enter the new account. A second colleague confirms it, and after 72 hours the money goes out in the next sending." }
    tasks_none { uz: "Qaytgan toʻlov yoʻq.", ru: "Возвратов нет.", en: "No payment has come back." }
    task_title { uz: "Yangi hisobraqam", ru: "Новый счёт", en: "New account" }
    task_mfo { uz: "Bank kodi (MFO)", ru: "Код банка (МФО)", en: "Bank code (MFO)" }
    task_mfo_hint { uz: "5 ta raqam.", ru: "5 цифр.", en: "5 digits." }
    task_account { uz: "Hisobraqam", ru: "Счёт", en: "Account" }
    task_account_hint { uz: "20 ta raqam. Orasida boʻsh joy boʻlishi mumkin.", ru: "20 цифр. Пробелы допустимы.", en: "20 digits. Spaces are fine." }
    task_send { uz: "Hisobraqamni saqlash", ru: "Сохранить счёт", en: "Save the account" }
    task_saved { uz: "Hisobraqam soʻraldi. Ikkinchi xodim tasdiqlagach va 72 soat oʻtgach kuchga kiradi.", ru: "Счёт запрошен. Он вступит в силу после второго сотрудника и через 72 часа.", en: "The account is asked for. It takes effect after a second colleague and 72 hours." }
    mfo_wrong { uz: "MFO 5 ta raqamdan iborat. Kartangiz bankidan soʻrang.", ru: "МФО состоит из 5 цифр. Спросите в банке карты.", en: "An MFO has 5 digits. The card's bank knows it." }
    account_wrong { uz: "Hisobraqam 20 ta raqamdan iborat. Sanab koʻring.", ru: "В счёте 20 цифр. Пересчитайте.", en: "An account has 20 digits. Count them." }
    task_refused { uz: "Hisobraqamni saqlab boʻlmadi. Sahifani yangilab, qayta urinib koʻring.", ru: "Не удалось сохранить счёт. Обновите страницу и попробуйте снова.", en: "The account could not be saved. Open the page again and retry." }

    changes_title { uz: "Ikkinchi koʻz bilan qarash", ru: "Нужен второй взгляд", en: "A second look is needed" }
    changes_lead { uz: "Hamkasbingiz yangi hisobraqam kiritdi. Fuqaro bilan gaplashib tekshiring: oʻz soʻrovingizni oʻzingiz tasdiqlay olmaysiz.", ru: "Коллега ввёл новый счёт. Проверьте, поговорив с гражданином: свою просьбу подтвердить нельзя.", en: "A colleague entered a new account. Check it with the citizen: nobody confirms the own request." }
    change_nominee(name, basis, day) { uz: "Oluvchi: {name}. Asos: {basis}. {day} gacha.", ru: "Получатель: {name}. Основание: {basis}. До {day}.", en: "Received by {name}. Basis: {basis}. Until {day}." }
    change_due { uz: "Qachondan", ru: "С какого дня", en: "From" }
    change_word { uz: "Soʻzingiz", ru: "Ваше слово", en: "Your word" }
    change_confirm { uz: "Tasdiqlash", ru: "Подтвердить", en: "Confirm" }
    change_decline { uz: "Rad etish", ru: "Отклонить", en: "Refuse" }
    change_mine_title { uz: "Hisobraqamingiz oʻzgaradi", ru: "Ваш счёт меняется", en: "Your account is about to change" }
    change_mine(day, end) { uz: "{day} dan pulingiz oxiri {end} boʻlgan hisobga tushadi. Buni siz soʻramagan boʻlsangiz, hozir toʻxtating.", ru: "С {day} деньги пойдут на счёт, который оканчивается на {end}. Если вы об этом не просили, остановите сейчас.", en: "From {day} your money goes to the account ending in {end}. If you did not ask for this, stop it now." }
    change_mine_ends(day) { uz: "{day} dan hisobraqamingiz uziladi. Buni siz soʻramagan boʻlsangiz, hozir toʻxtating.", ru: "С {day} привязка счёта прекратится. Если вы об этом не просили, остановите сейчас.", en: "From {day} your account is no longer linked. If you did not ask for this, stop it now." }
    change_stop { uz: "Toʻxtatish", ru: "Остановить", en: "Stop it" }

    runs_title { uz: "Toʻlov jarayonlari", ru: "Выплатные ведомости", en: "Payment runs" }
    runs_none { uz: "Hali toʻlov tuzilmagan.", ru: "Выплат ещё нет.", en: "There is no run yet." }
    runs_build_title { uz: "Oy uchun toʻlov tuzish", ru: "Собрать выплату за месяц", en: "Build the run of a month" }
    runs_month { uz: "Oy", ru: "Месяц", en: "Month" }
    runs_month_hint { uz: "Masalan 2026-02.", ru: "Например, 2026-02.", en: "For example 2026-02." }
    runs_build { uz: "Tuzish", ru: "Собрать", en: "Build" }
    month_wrong { uz: "Oyni 2026-02 koʻrinishida yozing.", ru: "Напишите месяц так: 2026-02.", en: "Write the month like 2026-02." }
    runs_kind { uz: "Nima toʻlanadi?", ru: "Что выплатить?", en: "What is to be paid?" }
    runs_kind_regular { uz: "Oylik toʻlov", ru: "Выплата за месяц", en: "The month's payments" }
    runs_kind_reissue { uz: "Qaytganlarni qayta yuborish", ru: "Повторно отправить возвраты", en: "Returned payments, once more" }
    runs_refused { uz: "Toʻlovni tuzib boʻlmadi.", ru: "Собрать выплату не удалось.", en: "The run could not be built." }
    col_run { uz: "Toʻlov", ru: "Выплата", en: "Run" }
    col_lines { uz: "Qatorlar", ru: "Строк", en: "Lines" }
    col_total { uz: "Jami", ru: "Итого", en: "Total" }
    col_credited { uz: "Tushdi", ru: "Зачислено", en: "Credited" }
    col_returned { uz: "Qaytdi", ru: "Возвращено", en: "Returned" }
    run_title(month) { uz: "{month} toʻlovi", ru: "Выплата: {month}", en: "Run of {month}" }
    run_waits_for { uz: "Kim kutilmoqda", ru: "Кого ждёт", en: "Waits for" }
    run_until(when) { uz: "{when} gacha", ru: "до {when}", en: "until {when}" }
    run_late { uz: "Muddati oʻtdi", ru: "Просрочено", en: "Late" }
    owner_system { uz: "dastur", ru: "программа", en: "the program" }
    owner_treasurer { uz: "gʻaznachi", ru: "казначей", en: "a treasurer" }
    owner_second_treasurer { uz: "ikkinchi gʻaznachi", ru: "второй казначей", en: "a second treasurer" }
    owner_treasury { uz: "Gʻaznachilik", ru: "казначейство", en: "the treasury" }
    owner_sender { uz: "fayllarni bankka yuboruvchi", ru: "кто отправляет файлы в банк", en: "who sends files to the banks" }
    owner_banks { uz: "banklar", ru: "банки", en: "the banks" }
    owner_mahalla { uz: "mahalla", ru: "махалля", en: "the mahalla" }
    run_reissue { uz: "qayta yuborish", ru: "повторная отправка", en: "reissue" }
    run_state_built { uz: "Tuzildi", ru: "Собрана", en: "Built" }
    run_state_approved_once { uz: "Birinchi tasdiq bor", ru: "Утверждена одним", en: "Approved by one" }
    run_state_approved { uz: "Tasdiqlandi", ru: "Утверждена двумя", en: "Approved by two" }
    run_state_sent { uz: "Yuborildi", ru: "Отправлена", en: "Sent" }
    run_state_funded { uz: "Mablagʻ berildi", ru: "Профинансирована", en: "Funded" }
    run_state_settled { uz: "Hisob-kitob tugadi", ru: "Сверена", en: "Settled" }
    run_state_closed { uz: "Yopildi", ru: "Закрыта", en: "Closed" }
    run_order { uz: "Gʻaznaga topshiriqnoma", ru: "Поручение казначейству", en: "Order to the treasury" }
    run_statements { uz: "Banklarga vedomost", ru: "Ведомости банкам", en: "Statements to the banks" }
    statement_paper(format, bank) { uz: "{bank} banki vedomosti, {format}", ru: "Ведомость банка {bank}, {format}", en: "Statement of bank {bank}, {format}" }
    run_equal { uz: "Ikkala jami tiyingacha teng.", ru: "Итоги равны до тийина.", en: "The two totals are equal to the tiyin." }
    run_unequal(sum) { uz: "Jami summalar teng emas, farqi {sum}. Yuborish mumkin emas.", ru: "Итоги не равны, разница {sum}. Отправка невозможна.", en: "The totals differ by {sum}. The run cannot be sent." }
    run_not_frozen { uz: "Topshiriqnoma va vedomost hali tuzilmagan.", ru: "Поручение и ведомости ещё не готовы.", en: "Order and statements are not made yet." }
    run_checks { uz: "Tekshiruvlar", ru: "Проверки", en: "Checks" }
    check_totals { uz: "Topshiriqnoma va vedomost teng", ru: "Поручение равно ведомостям", en: "Order equals statements" }
    check_twice { uz: "Hech kim bir oyda ikki marta olmaydi", ru: "Никто не получит дважды за месяц", en: "Nobody is paid twice for a month" }
    check_budget { uz: "Byudjet yetadi", ru: "Бюджета хватает", en: "The budget suffices" }
    check_accounts { uz: "Har bir qatorda hisobraqam bor", ru: "В каждой строке есть счёт", en: "Each line has an account" }
    run_differences { uz: "Oldingi toʻlovdan farqi", ru: "Отличия от прошлой выплаты", en: "Differences to the run before" }
    run_differences_against(month) { uz: "{month} uchun toʻlov bilan solishtirildi.", ru: "Сравнено с выплатой за {month}.", en: "Held against the run of {month}." }
    run_differences_first { uz: "Bu birinchi toʻlov, solishtirish uchun oldingisi yoʻq.", ru: "Это первая выплата, сравнить не с чем.", en: "This is the first run: there is none before it." }
    run_differences_none { uz: "Farq ham, gʻalati holat ham yoʻq.", ru: "Отличий и странностей нет.", en: "Nothing differs, nothing is odd." }
    found_new { uz: "Endi oladi, oldin olmagan", ru: "Получат, раньше не получали", en: "Are paid now and were not" }
    found_stopped { uz: "Oldin olgan, endi olmaydi", ru: "Получали, теперь не получат", en: "Were paid and are not now" }
    found_amount { uz: "Summa oʻzgardi", ru: "Сумма изменилась", en: "Get another sum" }
    found_account { uz: "Hisobraqam oʻzgardi", ru: "Счёт изменился", en: "Get it on another account" }
    found_after_death { uz: "Vafotidan keyingi oy uchun toʻlanadi", ru: "Платится за месяц после смерти", en: "Paid for a month after death" }
    found_shared_account { uz: "Bir hisobraqamga bir necha kishi", ru: "Несколько человек на один счёт", en: "Several persons share an account" }
    col_found { uz: "Nima topildi", ru: "Что найдено", en: "What was found" }
    run_approvals { uz: "Tasdiqlar", ru: "Утверждения", en: "Approvals" }
    run_approval_first { uz: "Birinchi", ru: "Первое", en: "First" }
    run_approval_second { uz: "Ikkinchi", ru: "Второе", en: "Second" }
    run_approval_none { uz: "hali yoʻq", ru: "ещё нет", en: "not yet" }
    run_approve { uz: "Toʻlovni tasdiqlash", ru: "Утвердить выплату", en: "Approve the run" }
    run_approve_hint { uz: "Ikki xil kishi tasdiqlaydi. Ikkinchisi boshqa odam boʻlishi shart.", ru: "Утверждают двое. Второй человек должен быть другим.", en: "Two people approve. The second must be another person." }
    run_same_person { uz: "Birinchi tasdiqni siz bergansiz. Ikkinchisini boshqa gʻaznachi beradi.", ru: "Первое утверждение дали вы. Второе даёт другой казначей.", en: "You gave the first approval. Another treasurer gives the second." }
    run_approve_refused { uz: "Tasdiqlab boʻlmadi.", ru: "Утвердить не удалось.", en: "The run could not be approved." }
    run_approved_now { uz: "Tasdiqingiz yozildi.", ru: "Ваше утверждение записано.", en: "Your approval is recorded." }
    run_by_programme { uz: "Tuman va yordam turi boʻyicha", ru: "По районам и видам помощи", en: "By district and kind of help" }
    col_district { uz: "Tuman", ru: "Район", en: "District" }
    col_bank { uz: "Bank", ru: "Банк", en: "Bank" }
    col_hash { uz: "Fayl izi", ru: "Отпечаток файла", en: "File print" }
    run_returns { uz: "Qaytganlar", ru: "Возвраты", en: "Returns" }
    worklist_title { uz: "Bank qatorlari", ru: "Строки банков", en: "Bank lines that wait" }
    worklist_lead { uz: "Bank aytgan, lekin bizning toʻlovlarga mos kelmagan qatorlar. Hech biri oʻchirilmaydi.", ru: "Банк сообщил, но к нашим выплатам не подходит. Ни одна строка не пропадает.", en: "A bank told them and they fit no payment of ours. None is ever dropped." }
    worklist_none { uz: "Kutayotgan qator yoʻq.", ru: "Ничего не ждёт.", en: "Nothing waits." }
    line_title { uz: "Bank qatori", ru: "Строка банка", en: "A line of a bank" }
    line_no_bank { uz: "notanish bank", ru: "неизвестный банк", en: "a bank unknown here" }
    col_line_name { uz: "Bank aytgan nom", ru: "Имя в файле", en: "Name in the file" }
    line_note { uz: "Bu nima edi va nima qilindi", ru: "Что это было и что сделано", en: "What it was and what was done" }
    line_note_hint { uz: "Masalan: bank komissiyasi, 14-bank bilan aniqlandi.", ru: "Например: комиссия банка, уточнено с банком 14.", en: "For example: a charge of the bank, made out with bank 14." }
    line_note_wrong { uz: "500 belgigacha izoh yozing.", ru: "Напишите пояснение, до 500 знаков.", en: "Write a note of up to 500 characters." }
    line_close_about { uz: "Yopish pulni oʻzgartirmaydi: qator va izohingiz saqlanadi.", ru: "Закрытие денег не меняет: строка и ваше пояснение хранятся.", en: "Closing moves no money: the line and your note are kept." }
    line_close { uz: "Qatorni yopish", ru: "Закрыть строку", en: "Close the line" }
    line_closed { uz: "Qator yopildi.", ru: "Строка закрыта.", en: "The line is closed." }
    why_not_ours { uz: "Bu bankka bunday toʻlov yubormaganmiz", ru: "Такой выплаты этому банку мы не отправляли", en: "We sent this bank no such payment" }
    why_amount { uz: "Summa yoki valyuta boshqa", ru: "Другая сумма или валюта", en: "Another sum or currency" }
    why_account { uz: "Hisobraqam boshqa", ru: "Другой счёт", en: "Another account" }
    why_credited_after_return { uz: "Qaytgan toʻlov keyin oʻtkazilgan", ru: "Зачислено после возврата", en: "Credited after it was returned" }
    why_unknown_sender { uz: "Fayl notanish bankdan", ru: "Файл неизвестного банка", en: "The file is of an unknown bank" }
    why_booked_again { uz: "Bir toʻlov ikki marta yozilgan", ru: "Одна выплата проведена дважды", en: "One payment is booked twice" }
    why_rejected_late { uz: "Qabul qilingandan keyin rad etilgan", ru: "Отклонено после принятия", en: "Rejected after it was taken" }
    why_unknown_file { uz: "Biz yozmagan fayl haqida", ru: "О файле, которого мы не писали", en: "About a file that we never wrote" }
    missing_title { uz: "Bankdan kutilmoqda", ru: "Ждём от банков", en: "Awaited from the banks" }
    missing_lead { uz: "Bank kerakli faylni yuborganda oʻzi yopiladi.", ru: "Закроется само, когда банк пришлёт нужный файл.", en: "It ends by itself when the bank sends what is missing." }
    missing_none { uz: "Banklardan hech narsa kutilmayapti.", ru: "От банков ничего не ждём.", en: "Nothing is awaited from the banks." }
    missing_gap { uz: "Hisob koʻchirmasi uzilgan", ru: "Разрыв в выписке", en: "A gap in the statement" }
    missing_rejected { uz: "Fayl butunlay rad etilgan, qayta yozing", ru: "Файл отклонён целиком, запишите снова", en: "A file was rejected whole: write it again" }
    missing_silent { uz: "Bank javob bermayapti", ru: "Банк молчит", en: "The bank is silent" }
    debts_title { uz: "Ortiqcha toʻlovlar", ru: "Переплаты", en: "Overpayments" }
    debts_lead { uz: "Qaror qilinmaguncha hech kimning toʻlovi kamaytirilmaydi.", ru: "Пока нет решения, ничья выплата не уменьшается.", en: "Nobody's payment is cut before somebody decides." }
    debts_none { uz: "Ortiqcha toʻlov yoʻq.", ru: "Переплат нет.", en: "There is no overpayment." }
    debt_title { uz: "Ortiqcha toʻlov", ru: "Переплата", en: "An overpayment" }
    debt_left { uz: "Qolgan", ru: "Остаток", en: "Left" }
    debt_months { uz: "Oylar boʻyicha hisob", ru: "Расчёт по месяцам", en: "Month by month" }
    debt_was_paid { uz: "Toʻlangan", ru: "Выплачено", en: "Was paid" }
    debt_was_due { uz: "Toʻlanishi kerak edi", ru: "Полагалось", en: "Was due" }
    debt_history { uz: "Nima boʻldi", ru: "Что было", en: "What happened" }
    debt_decide { uz: "Qaror", ru: "Решение", en: "Decide" }
    debt_decide_about { uz: "Idora xatosi boʻlsa, kechish toʻgʻri boʻladi.", ru: "Если ошиблось ведомство, правильно будет списать.", en: "Where an office was wrong, it is right to waive." }
    debt_percent { uz: "Har oylik toʻlovdan, foiz", ru: "Из каждой выплаты, процентов", en: "Of each month's payment, per cent" }
    debt_percent_hint(most, floor) { uz: "Koʻpi bilan {most}. Toʻlov {floor} dan kam boʻlmaydi. Kechishda kerak emas.", ru: "Не более {most}. Останется не меньше {floor}. Для списания не нужно.", en: "At most {most}. No less than {floor} is left. Not needed to waive." }
    debt_percent_wrong { uz: "Qonun ruxsat etgan foizni yozing.", ru: "Укажите процент, который допускает закон.", en: "Enter a percentage that the law allows." }
    debt_below_floor { uz: "Bu toʻlovdan ushlab boʻlmaydi: u eng kam miqdorda.", ru: "Из этой выплаты удержать нельзя: она наименьшая.", en: "Nothing can be kept of this payment: it is at the floor." }
    debt_nothing_paid { uz: "Bu odamga endi toʻlanmaydi, ushlab boʻlmaydi.", ru: "Этому человеку больше не платят: удержать не из чего.", en: "This person is paid no more: there is nothing to keep it from." }
    debt_another_plan { uz: "Boshqa ortiqcha toʻlov ushlanmoqda. Avval u tugasin.", ru: "Уже удерживается другая переплата. Сначала закончится она.", en: "Another overpayment is being recovered. One at a time." }
    debt_decided_before { uz: "Bu boʻyicha qaror bor yoki odamga hali aytilmagan.", ru: "Решение уже есть, или человеку ещё не сообщили.", en: "It is decided already, or the person was not told yet." }
    debt_note { uz: "Nega", ru: "Почему", en: "Why" }
    debt_note_hint { uz: "Buni odam va auditor oʻqiydi.", ru: "Это прочтут человек и аудитор.", en: "The person and the auditor read it." }
    debt_note_wrong { uz: "Qaror sababini yozing.", ru: "Напишите, почему так решено.", en: "Write why it is decided so." }
    debt_recover { uz: "Ushlab qolish", ru: "Удерживать", en: "Recover it" }
    debt_waive { uz: "Kechish", ru: "Списать", en: "Waive it" }
    debt_decided { uz: "Qaror saqlandi.", ru: "Решение сохранено.", en: "The decision is kept." }
    debt_birth { uz: "Tugʻilish haqidagi xabar kech keldi", ru: "О рождении узнали поздно", en: "A birth was told late" }
    debt_death_annulled { uz: "Oʻlim haqidagi xabar bekor qilindi", ru: "Сообщение о смерти отозвано", en: "A death was taken back" }
    debt_death { uz: "Oʻlim haqidagi xabar kech keldi", ru: "О смерти узнали поздно", en: "A death was told late" }
    debt_union { uz: "Nikoh haqidagi xabar kech keldi", ru: "О браке или разводе узнали поздно", en: "A marriage or divorce was told late" }
    debt_correction { uz: "Idora maʼlumotini tuzatdi", ru: "Ведомство исправило сведения", en: "An agency mended what it had said" }
    debt_indexation { uz: "Qonundagi miqdor oʻtgan sanadan oʻzgardi", ru: "Величина закона изменилась задним числом", en: "A value of the law changed from a past day" }
    debt_found { uz: "Topildi", ru: "Обнаружено", en: "Found" }
    debt_notified { uz: "Odamga aytildi, qaror kutilmoqda", ru: "Человеку сообщили, ждёт решения", en: "The person was told, a decision is awaited" }
    debt_disputed { uz: "Odam eʼtiroz bildirdi", ru: "Человек возражает", en: "The person objects" }
    debt_recovering { uz: "Toʻlovlardan ushlanmoqda", ru: "Удерживается из выплат", en: "Kept from payments" }
    debt_recovered { uz: "Tugadi", ru: "Погашено", en: "Recovered" }
    debt_waived { uz: "Kechildi", ru: "Списано", en: "Waived" }
    debt_offset { uz: "Sizga tegishli summa hisobiga kamaydi", ru: "Уменьшено за счёт доплаты", en: "Lowered by what was owed" }
    debt_mine_about { uz: "Hech narsa oʻz-oʻzidan ushlanmaydi. Eʼtirozingizni 30 kun ichida mahalla xodimiga ayting.", ru: "Само по себе ничего не удерживается. Возразить можно за 30 дней через работника махалли.", en: "Nothing is kept by itself. You may object within 30 days through the mahalla worker." }
    run_progress { uz: "Bank javoblari", ru: "Ответы банков", en: "Answers of the banks" }
    pay_waiting { uz: "Javob kutilmoqda", ru: "Ждём ответа", en: "Waiting for an answer" }
    col_code { uz: "Kod", ru: "Код", en: "Code" }

    budget_title { uz: "Tuman byudjeti", ru: "Бюджет района", en: "Budget of the districts" }
    budget_lead { uz: "Mablagʻ yetmasa, eng kambagʻal oilalar birinchi oladi.", ru: "Если средств мало, первыми получают самые бедные.", en: "When money is short, the poorest come first." }
    budget_none { uz: "Hali mablagʻ ajratilmagan.", ru: "Средства ещё не выделены.", en: "Nothing is set aside yet." }
    budget_set_title { uz: "Mablagʻ ajratish", ru: "Выделить средства", en: "Set money aside" }
    budget_district { uz: "Tuman kodi", ru: "Код района", en: "Code of the district" }
    budget_district_hint { uz: "SOATO boʻyicha 7 ta raqam, masalan 1726262.", ru: "7 цифр по СОАТО, например 1726262.", en: "7 digits of SOATO, for example 1726262." }
    budget_programme { uz: "Yordam turi", ru: "Вид помощи", en: "Kind of help" }
    budget_amount { uz: "Summa, soʻm", ru: "Сумма, сумов", en: "Amount, in soum" }
    budget_save { uz: "Ajratish", ru: "Выделить", en: "Set aside" }
    budget_saved { uz: "Mablagʻ ajratildi.", ru: "Средства выделены.", en: "The money is set aside." }
    district_wrong { uz: "Bunday tuman yoʻq. 7 raqamli SOATO kodini kiriting.", ru: "Такого района нет. Введите 7 цифр кода СОАТО.", en: "There is no such district. Enter the 7 digits of its SOATO code." }
    col_limit { uz: "Ajratilgan", ru: "Выделено", en: "Set aside" }
    col_committed { uz: "Band qilingan", ru: "Обязательства", en: "Committed" }
    col_left { uz: "Qoldiq", ru: "Остаток", en: "Left" }
}
