//! What a statement says, in the languages of the pages. Uzbek in Cyrillic is transliterated.

use kernel::lang::Text3;

const fn text(uz: &'static str, ru: &'static str, en: &'static str) -> Text3 {
    Text3::fixed(uz, ru, en)
}

pub const TITLE: Text3 = text(
    "Toʻlov vedomosti",
    "Платёжная ведомость",
    "Payment statement",
);
pub const WORKSHEET: Text3 = text("Vedomost", "Ведомость", "Statement");
pub const BANK: Text3 = text("bank", "банк", "bank");
pub const REISSUE: Text3 = text("qayta yuborish", "повторная отправка", "reissue");

pub const MONTH: Text3 = text("Oy", "Месяц", "Month");
pub const RUN: Text3 = text("Toʻlov", "Выплата", "Run");
pub const ORDER: Text3 = text(
    "Gʻaznaga topshiriqnoma",
    "Поручение казначейству",
    "Order to the treasury",
);
pub const STATEMENT: Text3 = text("Vedomost", "Ведомость", "Statement");
pub const BANK_MFO: Text3 = text("Bank (MFO)", "Банк (МФО)", "Bank (MFO)");
pub const LINES: Text3 = text("Qatorlar soni", "Число строк", "Number of lines");
pub const TOTAL: Text3 = text("Jami", "Итого", "Total");
pub const IN_WORDS: Text3 = text("Soʻz bilan", "Прописью", "In words");
pub const SHA256: Text3 = text("Fayl izi (SHA-256)", "SHA-256 файла", "SHA-256 of the file");
pub const APPROVED_FIRST: Text3 = text("Birinchi tasdiq", "Первое утверждение", "First approval");
pub const APPROVED_SECOND: Text3 = text("Ikkinchi tasdiq", "Второе утверждение", "Second approval");
pub const NOT_YET: Text3 = text("hali yoʻq", "ещё нет", "not yet");

pub const NUMBER: Text3 = text("№", "№", "No.");
pub const NAME: Text3 = text("F.I.Sh.", "Ф.И.О.", "Name");
pub const PINFL: Text3 = text("JSHSHIR", "ПИНФЛ", "PINFL");
pub const ACCOUNT: Text3 = text("Hisobraqam", "Счёт", "Account");
pub const SUM: Text3 = text("Summa", "Сумма", "Amount");
pub const DISTRICT: Text3 = text("Tuman", "Район", "District");
pub const CASH_DESK: Text3 = text("bank kassasi", "касса банка", "cash desk");

pub const PAGE: Text3 = text("Sahifa", "Страница", "Page");
/// Lines that are counted: one, few, many.
pub const COUNTED: [Text3; 3] = [
    text("qator", "строка", "line"),
    text("qator", "строки", "lines"),
    text("qator", "строк", "lines"),
];
pub const ON_THIS_PAGE: Text3 = text("Shu sahifada", "На этой странице", "On this page");
pub const FROM_THE_START: Text3 = text("Boshidan", "С начала", "From the start");
pub const FROM_PAGES_BEFORE: Text3 = text(
    "Oldingi sahifalardan",
    "С прошлых страниц",
    "From pages before",
);

pub const SIGNATURES: [Text3; 3] = [
    text("Rahbar", "Руководитель", "Head of the agency"),
    text("Bosh hisobchi", "Главный бухгалтер", "Chief accountant"),
    text("Bank qabul qildi", "Банк принял", "Received for the bank"),
];
pub const SIGNATURE: Text3 = text(
    "imzo, F.I.Sh., sana",
    "подпись, Ф.И.О., дата",
    "signature, name, date",
);
