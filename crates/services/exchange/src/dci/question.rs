//! What a message asks for.

/// Its address says it, and its header must say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    Search,
    TxnStatus,
    Subscribe,
    Unsubscribe,
    /// It asks for nothing: something is told.
    Notify,
}

impl Question {
    /// Those that get an answer.
    const ANSWERED: [Question; 4] = [
        Question::Search,
        Question::TxnStatus,
        Question::Subscribe,
        Question::Unsubscribe,
    ];

    pub fn action(self) -> &'static str {
        match self {
            Question::Search => "search",
            Question::TxnStatus => "txn-status",
            Question::Subscribe => "subscribe",
            Question::Unsubscribe => "unsubscribe",
            Question::Notify => "notify",
        }
    }

    pub fn from_action(action: &str) -> Option<Question> {
        let mut all = Question::ANSWERED.into_iter();
        all.find(|question| question.action() == action)
    }

    pub fn answer_action(self) -> &'static str {
        match self {
            Question::Search => "on-search",
            Question::TxnStatus => "txn-on-status",
            Question::Subscribe => "on-subscribe",
            Question::Unsubscribe => "on-unsubscribe",
            Question::Notify => unreachable!("what is told gets no answer"),
        }
    }

    /// Below the folder of a partner's addresses, the one that takes the answer.
    pub fn answer_name(self) -> &'static str {
        match self {
            Question::TxnStatus => "txn/on-status",
            other => other.answer_action(),
        }
    }
}

/// When the answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    AtOnce,
    /// To the partner's own address.
    Later,
}
