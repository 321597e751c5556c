//! Texts of the explanation page. What the rules say comes from the trace;
//! only the frame around it stands here.

use super::catalogue::texts;

texts! {
    decision_title { uz: "Qaror va uning sababi", ru: "Решение и его причина", en: "The decision and its reason" }
    answer_awarded(sum, from, to) { uz: "Oyiga {sum} olasiz: {from} dan {to} gacha.", ru: "Вы будете получать {sum} в месяц: {from} — {to}.", en: "You will get {sum} a month, {from} to {to}." }
    answer_awarded_open(sum, from) { uz: "Oyiga {sum} olasiz: {from} dan boshlab.", ru: "Вы будете получать {sum} в месяц с {from}.", en: "You will get {sum} a month from {from}." }
    answer_refused { uz: "Bu safar yordam tayinlanmadi.", ru: "На этот раз помощь не назначена.", en: "Not this time: help is not awarded." }
    answer_refused_because(reason) { uz: "Bu safar yoʻq: {reason}", ru: "На этот раз нет: {reason}", en: "Not this time: {reason}" }
    reason_money { uz: "haqingiz bor, lekin byudjet qonun ruxsat etgan muddatda yetmadi. Qayta murojaat qilishingiz mumkin.", ru: "помощь вам положена, но бюджета не хватило за весь срок, который даёт закон. Вы можете обратиться снова.", en: "you have the right, but the budget did not reach you for as long as the law lets you wait. You may apply again." }
    answer_suspended { uz: "Toʻlov vaqtincha toʻxtatildi.", ru: "Выплата приостановлена.", en: "The payment is suspended." }
    answer_suspended_because(reason) { uz: "Toʻlov vaqtincha toʻxtatildi: {reason}", ru: "Выплата приостановлена: {reason}", en: "The payment is suspended: {reason}" }
    answer_waiting_list { uz: "Haqingiz bor, lekin bu oy byudjet yetmadi. Siz navbatdasiz.", ru: "Помощь вам положена, но в этом месяце бюджета не хватило. Вы в очереди.", en: "You have the right, but this month's budget ran out. You are on the waiting list." }
    answer_waiting_agency { uz: "Hali javob yoʻq: bir idora javobini kutyapmiz. Bu sizning aybingiz emas.", ru: "Ответа ещё нет: ждём одно ведомство. Это не ваша вина.", en: "No answer yet: we wait for an agency. It is not your fault." }
    answer_waiting_visit { uz: "Hali javob yoʻq: uyga tashrif kutilmoqda.", ru: "Ответа ещё нет: впереди посещение на дому.", en: "No answer yet: a home visit comes first." }
    answer_waiting_close(day) { uz: "Tekshirish tugadi. Javob {day} gacha keladi.", ru: "Проверка закончена. Ответ придёт до {day}.", en: "The check is done. The answer comes by {day}." }

    block_reason { uz: "Qarorni nima hal qildi", ru: "Что решило дело", en: "What decided it" }
    block_reasons_met { uz: "Bajarilgan shartlar", ru: "Выполненные условия", en: "The conditions that are met" }
    reason_limit { uz: "Chegara", ru: "Граница", en: "The limit" }
    reason_yours { uz: "Sizda", ru: "У вас", en: "Yours" }
    reason_gap { uz: "Farqi", ru: "Разница", en: "The gap" }
    reason_article { uz: "Qonun", ru: "Закон", en: "Law" }
    truth_met { uz: "bajarildi", ru: "выполнено", en: "met" }
    truth_not_met { uz: "bajarilmadi", ru: "не выполнено", en: "not met" }
    truth_unknown { uz: "nomaʼlum", ru: "неизвестно", en: "not known" }

    block_facts { uz: "Nimani koʻrib chiqdik", ru: "Что мы рассмотрели", en: "What we looked at" }
    fact_what { uz: "Maʼlumot", ru: "Сведение", en: "Fact" }
    fact_value { uz: "Qiymati", ru: "Значение", en: "Value" }
    fact_source { uz: "Manba", ru: "Источник", en: "Source" }
    fact_as_of { uz: "Sanasi", ru: "На дату", en: "As of" }
    fact_missing { uz: "Javob kelmagan", ru: "Ответа нет", en: "No answer yet" }
    fact_rows(count) { uz: "Yozuvlar: {count}", ru: "Записей: {count}", en: "Records: {count}" }
    fact_rows_more(count) { uz: "yana {count} ta", ru: "и ещё {count}", en: "and {count} more" }
    fact_none { uz: "Yoʻq", ru: "Нет", en: "None" }
    fact_wrong { uz: "Biror maʼlumot notoʻgʻri boʻlsa, 1140 ga ayting. Uni manba idorasi tuzatadi.", ru: "Если что-то неверно, скажите по номеру 1140. Исправит само ведомство.", en: "If a fact is wrong, tell 1140. Its agency corrects it." }
    fact_others_hidden { uz: "Boshqa kattalarning daromadi faqat ularning oʻziga koʻrsatiladi.", ru: "Доход других взрослых виден только им самим.", en: "The income of other adults is shown to them only." }

    disagree_title { uz: "Manbalar turlicha aytmoqda", ru: "Источники расходятся", en: "Sources that disagree" }
    disagree_hint { uz: "Qonun bitta manbaga qoʻllandi. Boshqasi ham koʻrsatiladi.", ru: "Закон применён к одному источнику. Показан и другой.", en: "The law was applied to one source. The other one is shown too." }
    disagree_counts { uz: "hisobga olindi", ru: "учтено", en: "counts" }
    disagree_counts_not { uz: "hisobga olinmadi", ru: "не учтено", en: "does not count" }
    disagree_why_pack(source) { uz: "{source} ustun: qoidalar toʻplamida shunday.", ru: "{source}: преобладает, так сказано в пакете правил.", en: "{source} prevails: the pack of the regime says so." }
    disagree_why_last_word(source) { uz: "{source}: oxirgi aytgani hisobga olinadi.", ru: "{source}: учтено сказанное последним.", en: "{source}: its last word counts." }
    disagree_why_catalogue(source) { uz: "{source} ustun: bunday maʼlumot uchun eng ishonchli manba.", ru: "{source}: преобладает как самый надёжный источник таких сведений.", en: "{source} prevails: the most trusted source of such facts." }

    block_sum { uz: "Summa qanday hisoblandi", ru: "Как посчитана сумма", en: "How the sum was worked out" }
    block_change { uz: "Nima oʻzgarsa, javob oʻzgaradi", ru: "Что изменило бы ответ", en: "What would change it" }
    change_none { uz: "Bu qarorda sizga foydali oʻzgarish yoʻq.", ru: "Ничего менять не нужно.", en: "Nothing needs to change." }
    change_limit_below(label, limit, day) { uz: "«{label}» {limit} dan oshmasa, {day} dan qayta ariza bering.", ru: "Если «{label}» будет не больше {limit}, подайте снова с {day}.", en: "If “{label}” is at most {limit}, apply again from {day}." }
    change_limit_above(label, limit, day) { uz: "«{label}» kamida {limit} boʻlsa, {day} dan qayta ariza bering.", ru: "Если «{label}» будет не меньше {limit}, подайте снова с {day}.", en: "If “{label}” is at least {limit}, apply again from {day}." }
    change_condition(label, day) { uz: "Bu shart oʻzgarsa: «{label}», {day} dan qayta ariza bering.", ru: "Если изменится это условие: «{label}», подайте снова с {day}.", en: "If this changes: “{label}”, apply again from {day}." }
    change_suspended { uz: "Shart bajarilgach, toʻlov arizasiz tiklanadi; har oy boshida tekshiramiz. Yangi ariza ham berish mumkin.", ru: "Когда условие будет выполнено, выплата возобновится без заявления; мы проверяем это в начале месяца. Можно подать и новое заявление.", en: "Once the condition is met the payment resumes without an application; we look at the beginning of each month. You may also apply anew." }
    change_waiting_list { uz: "Keyingi oy byudjetida navbatingiz yana koʻriladi. Ariza kerak emas.", ru: "В следующем месяце очередь рассмотрят снова. Заявление не нужно.", en: "Next month's budget is shared again. You need not apply." }
    change_waiting { uz: "Javob kelishi bilan hisoblaymiz. Sizdan hech narsa kerak emas.", ru: "Как только придёт ответ, мы посчитаем. От вас ничего не нужно.", en: "We assess as soon as the answer comes. You need do nothing." }
    change_family { uz: "Farzand tugʻilsa yoki oila oʻzgarsa, FHDYO xabari bilan oʻzimiz qayta hisoblaymiz.", ru: "При рождении ребёнка или перемене в семье пересчитаем сами по данным ЗАГС.", en: "If a child is born or the family changes, we reassess by the civil registry's message." }

    block_do { uz: "Hozir nima qila olasiz", ru: "Что можно сделать сейчас", en: "What you can do now" }
    do_ask(day) { uz: "Qarorni odam koʻrib chiqishini soʻrang: {day} gacha, 1140 yoki mahalla xodimi orqali.", ru: "Попросите человека пересмотреть решение: до {day}, по номеру 1140 или в махалле.", en: "Ask a person to look at it again by {day}: call 1140 or go to the mahalla." }
    do_correct { uz: "Notoʻgʻri maʼlumotni tuzattiring.", ru: "Исправьте неверные сведения.", en: "Have a wrong fact corrected." }
    do_again(day) { uz: "{day} dan yangi ariza bering.", ru: "Подайте новое заявление с {day}.", en: "Apply again from {day}." }
    do_wait { uz: "Kuting: xabar SMS bilan keladi.", ru: "Подождите: сообщение придёт по SMS.", en: "Wait: a message comes by SMS." }
    do_payments { uz: "Toʻlovlaringizni koʻring.", ru: "Посмотрите свои выплаты.", en: "See your payments." }

    block_who { uz: "Kim qaror qildi", ru: "Кто решил", en: "Who decided" }
    who_machine { uz: "Tizim, qoida boʻyicha. Inson aralashmadi. Mashina qaroriga eʼtiroz bildirishingiz mumkin.", ru: "Система по правилам, без человека. Вы можете возразить против решения машины.", en: "The system alone, by the rules. You may object to a machine decision." }
    who_machine_people { uz: "Tizim, qoida boʻyicha. Tashrif va xulosa maʼlumot sifatida kirdi. Eʼtiroz bildirishingiz mumkin.", ru: "Система по правилам; анкета и заключение вошли как сведения. Вы можете возразить.", en: "The system, by the rules; the visit and the conclusion came in as facts. You may object." }
    who_pack { uz: "Qoidalar toʻplami", ru: "Пакет правил", en: "Rule pack" }
    who_article { uz: "Modda", ru: "Статья", en: "Article" }
    who_day { uz: "Qaror kuni", ru: "День решения", en: "Day of decision" }
    block_proof { uz: "Isbot", ru: "Доказательство", en: "Proof" }
    proof_number { uz: "Qaror raqami", ru: "Номер решения", en: "Number of the decision" }
    proof_hash { uz: "Qoidalar izi (SHA-256)", ru: "Отпечаток правил (SHA-256)", en: "Print of the rules (SHA-256)" }
    proof_hint { uz: "Shu raqam bilan istagan idora qarorni tekshira oladi.", ru: "По этому номеру решение проверит любое ведомство.", en: "With this number any office can check the decision." }
    block_letter { uz: "Xat", ru: "Письмо", en: "The letter" }
}
