//! Texts of the frame around every page: header, footer, errors of forms.

use super::catalogue::texts;

texts! {
    tagline { uz: "Ijtimoiy himoya", ru: "Социальная защита", en: "Social protection" }
    skip_to_content { uz: "Asosiy qismga oʻtish", ru: "Перейти к содержанию", en: "Skip to the main part" }
    language_nav { uz: "Tilni tanlash", ru: "Выбор языка", en: "Choose a language" }
    rooms_nav { uz: "Boʻlimlar", ru: "Разделы", en: "Sections" }
    sign_out { uz: "Chiqish", ru: "Выйти", en: "Sign out" }
    back { uz: "Orqaga", ru: "Назад", en: "Back" }
    to_home { uz: "Bosh sahifaga", ru: "На главную", en: "To the home page" }
    demo_banner { uz: "Bu namoyish: barcha odamlar toʻqima.", ru: "Это демонстрация: все люди вымышлены.", en: "This is a demonstration: all people are made up." }
    help_title { uz: "Yordam kerakmi?", ru: "Нужна помощь?", en: "Need help?" }
    help_call { uz: "Bepul qoʻngʻiroq, har kuni 9:00 dan 18:00 gacha:", ru: "Звоните бесплатно, каждый день с 9:00 до 18:00:", en: "Call free of charge, every day from 9:00 to 18:00:" }
    help_desk { uz: "Yoki mahalla xodimiga boring.", ru: "Или обратитесь к работнику махалли.", en: "Or go to your mahalla worker." }
    help_free { uz: "Xizmat bepul. Hech kimga pul bermang.", ru: "Услуга бесплатна. Никому не платите.", en: "The service is free. Pay nobody." }
    error_prefix { uz: "Xato: ", ru: "Ошибка: ", en: "Error: " }
    summary_title { uz: "Tekshirib chiqing", ru: "Проверьте ответы", en: "Please check" }
    next_page { uz: "Keyingi sahifa", ru: "Следующая страница", en: "Next page" }
    first_page { uz: "Boshiga", ru: "В начало", en: "Back to the start" }
    print_hint { uz: "Bu sahifani chop etish yoki telefonda saqlash mumkin.", ru: "Эту страницу можно распечатать или сохранить в телефоне.", en: "You can print this page or keep it on your phone." }
    nothing_here { uz: "Hozircha hech narsa yoʻq.", ru: "Пока ничего нет.", en: "Nothing here yet." }
    yes { uz: "Ha", ru: "Да", en: "Yes" }
    no { uz: "Yoʻq", ru: "Нет", en: "No" }
    unknown { uz: "Nomaʼlum", ru: "Неизвестно", en: "Not known" }


    room_my_applications { uz: "Arizalarim", ru: "Мои заявления", en: "My applications" }
    room_my_payments { uz: "Toʻlovlarim", ru: "Мои выплаты", en: "My payments" }
    room_my_looks { uz: "Kim koʻrdi", ru: "Кто смотрел", en: "Who looked" }
    room_lodge { uz: "Yangi ariza", ru: "Новое заявление", en: "New application" }
    room_follow { uz: "Arizalar", ru: "Заявления", en: "Applications" }
    room_visits { uz: "Tashriflar", ru: "Посещения", en: "Home visits" }
    room_conclusions { uz: "Xulosalar", ru: "Заключения", en: "Conclusions" }
    room_cases { uz: "Kutayotgan ishlar", ru: "Ждущие дела", en: "Cases that wait" }
    room_account_tasks { uz: "Qaytgan toʻlovlar", ru: "Возвраты", en: "Returned payments" }
    room_runs { uz: "Toʻlovlar", ru: "Выплаты", en: "Payment runs" }
    room_debts { uz: "Ortiqcha toʻlovlar", ru: "Переплаты", en: "Overpayments" }
    room_worklist { uz: "Bank qatorlari", ru: "Строки банков", en: "Bank lines" }
    room_appropriations { uz: "Byudjet", ru: "Бюджет", en: "Budget" }
    room_events { uz: "Rad etilgan xabarlar", ru: "Отклонённые сообщения", en: "Refused messages" }
    room_figures { uz: "Raqamlar", ru: "Показатели", en: "Figures" }

    room_my_applications_about { uz: "Ariza holati va qaror sababi.", ru: "Где заявление и почему такое решение.", en: "Where each one stands, and the reason for the decision." }
    room_my_payments_about { uz: "Har bir toʻlov, sanasi va holati.", ru: "Каждая выплата, её дата и состояние.", en: "Each payment with its date and state." }
    room_my_looks_about { uz: "Maʼlumotlaringizni kim va nega koʻrgan.", ru: "Кто и зачем открывал ваши данные.", en: "Who opened your data, and why." }
    room_lodge_about { uz: "Fuqaro uchun ariza qabul qilish.", ru: "Принять заявление от жителя.", en: "Take an application from a resident." }
    room_follow_about { uz: "Mahallangizdagi arizalar holati.", ru: "Состояние заявлений вашей махалли.", en: "Where the applications of your mahalla stand." }
    room_visits_about { uz: "Uyma-uy soʻrovnoma toʻldirish.", ru: "Заполнить анкету на дому.", en: "Fill in the questionnaire at home." }
    room_conclusions_about { uz: "Mahalla yettiligi xulosasini kiritish.", ru: "Внести заключение махаллинской семёрки.", en: "Record the conclusion of the Mahalla Seven." }
    room_cases_about { uz: "Qaysi ishlar kutmoqda va nega.", ru: "Какие дела ждут и почему.", en: "Which cases wait, and why." }
    room_account_tasks_about { uz: "Bank qaytargan toʻlovlar uchun yangi hisobraqam.", ru: "Новый счёт для выплат, которые вернул банк.", en: "A new account for payments the bank returned." }
    room_runs_about { uz: "Oylik toʻlovni tuzish va tasdiqlash.", ru: "Собрать и утвердить выплату за месяц.", en: "Build and approve the payment of a month." }
    room_debts_about { uz: "Ortiqcha toʻlangan summalar va ular boʻyicha qaror.", ru: "Что выплачено лишнего и что с этим решено.", en: "What was paid too much, and what is decided about it." }
    room_worklist_about { uz: "Banklar aytgan, lekin mos kelmagan qatorlar.", ru: "Строки банков, которые ни к чему не подходят.", en: "Lines of the banks that fit no payment." }
    room_appropriations_about { uz: "Tuman uchun ajratilgan mablagʻ.", ru: "Средства, выделенные району.", en: "Money set aside for a district." }
    room_events_about { uz: "Kimning xabariga ishonilmagan va nega.", ru: "Чьим сообщениям не поверили и почему.", en: "Whose messages were not believed, and why." }
    room_figures_about { uz: "Tuman boʻyicha arizalar va toʻlovlar.", ru: "Заявления и выплаты по району.", en: "Applications and payments of the district." }

    home_title { uz: "Xush kelibsiz", ru: "Добро пожаловать", en: "Welcome" }
    home_area(area) { uz: "Hududingiz: {area}", ru: "Ваша территория: {area}", en: "Your area: {area}" }
    all_country { uz: "butun mamlakat", ru: "вся страна", en: "the whole country" }
    mahalla_code(code) { uz: "{code}-mahalla", ru: "махалля {code}", en: "mahalla {code}" }
}
