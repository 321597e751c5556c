//! What a message asks for.

/// Its address says it, and its header must say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    Search,
    /// Whether somebody is in a programme: a search of a kind of its own.
    Enrolled,
    TxnStatus,
    Subscribe,
    Unsubscribe,
    /// It asks for nothing: something is told.
    Notify,
    /// To which account a person is to be paid (G2P Connect), for the first time or anew.
    Link,
    Update,
    Unlink,
    /// To which account a person is paid.
    Resolve,
}

impl Question {
    /// Those that get an answer, by the action that each is alone to have.
    const ANSWERED: [Question; 8] = [
        Question::Search,
        Question::TxnStatus,
        Question::Subscribe,
        Question::Unsubscribe,
        Question::Link,
        Question::Update,
        Question::Unlink,
        Question::Resolve,
    ];

    /// Those whose outcomes a status tells.
    const TOLD_OF: [Question; 5] = [
        Question::Search,
        Question::Link,
        Question::Update,
        Question::Unlink,
        Question::Resolve,
    ];

    pub fn action(self) -> &'static str {
        match self {
            Question::Search | Question::Enrolled => "search",
            Question::TxnStatus => "txn-status",
            Question::Subscribe => "subscribe",
            Question::Unsubscribe => "unsubscribe",
            Question::Notify => "notify",
            Question::Link => "link",
            Question::Update => "update",
            Question::Unlink => "unlink",
            Question::Resolve => "resolve",
        }
    }

    pub fn from_action(action: &str) -> Option<Question> {
        let mut all = Question::ANSWERED.into_iter();
        all.find(|question| question.action() == action)
    }

    /// The question whose status is asked for, by its `txn_type`.
    pub fn told_of(txn_type: &str) -> Option<Question> {
        let mut all = Question::TOLD_OF.into_iter();
        all.find(|question| question.action() == txn_type)
    }

    /// Of the mapper from persons to accounts.
    pub fn is_of_mapper(self) -> bool {
        use Question::*;
        matches!(self, Link | Update | Unlink | Resolve)
    }

    /// Whether each of its items has an answer of its own, which can say what is wrong with that item.
    pub fn is_answered_by_item(self) -> bool {
        matches!(self, Question::Search | Question::Subscribe) || self.is_of_mapper()
    }

    pub fn answer_action(self) -> &'static str {
        match self {
            Question::Search | Question::Enrolled => "on-search",
            Question::TxnStatus => "txn-on-status",
            Question::Subscribe => "on-subscribe",
            Question::Unsubscribe => "on-unsubscribe",
            Question::Link => "on-link",
            Question::Update => "on-update",
            Question::Unlink => "on-unlink",
            Question::Resolve => "on-resolve",
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

    /// The list of its items in the message.
    pub fn items(self) -> &'static str {
        match self {
            Question::Search => "search_request",
            Question::Enrolled => "enrolled_criteria",
            Question::TxnStatus => "txnstatus_request",
            Question::Subscribe => "subscribe_request",
            Question::Unsubscribe => "subscription_codes",
            Question::Notify => "notify_event",
            Question::Link => "link_request",
            Question::Update => "update_request",
            Question::Unlink => "unlink_request",
            Question::Resolve => "resolve_request",
        }
    }

    /// The list of answers to those items, where there is one.
    pub fn answers(self) -> &'static str {
        match self {
            Question::Link => "link_response",
            Question::Update => "update_response",
            Question::Unlink => "unlink_response",
            Question::Resolve => "resolve_response",
            _ => "search_response",
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
