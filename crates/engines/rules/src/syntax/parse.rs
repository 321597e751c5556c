//! From the words of a formula to our tree.

use super::{Ast, Comparison, Form, Operator};
use crate::limits::{EXPRESSION_BYTES_MAX, EXPRESSION_NODES_MAX, NESTING_MAX};
use crate::markdown::Word;
use crate::source::{Diagnostic, Place, name_fault};
use sqlparser::ast::{
    BinaryOperator, CaseWhen, DataType, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentList, FunctionArguments, Ident, Spanned, UnaryOperator, Value,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Span, Token};
use std::cell::Cell;

const CLOSED_LIST: &str = "numbers, names, 'codes', DATE '2026-02-01', true/false, + - * /, = <> < <= > >=, \
     AND OR NOT, BETWEEN, IN, CASE, and the functions of the reference";

/// Reads one expression that stands on one or more lines.
pub fn parse(lines: &[Word]) -> Result<Ast, Diagnostic> {
    let first = lines.first().expect("a formula has at least one line");
    let text = lines
        .iter()
        .map(|line| line.text.as_str())
        .collect::<Vec<_>>()
        .join("\n");
    if text.len() > EXPRESSION_BYTES_MAX {
        let limit =
            format!("name its parts as variables (at most {EXPRESSION_BYTES_MAX} bytes a formula)");
        return Err(first.place.error("the formula is too long", limit));
    }
    let reader = Reader {
        lines,
        nodes: Cell::new(0),
    };
    let mut parser = Parser::new(&GenericDialect {})
        .with_recursion_limit(NESTING_MAX)
        .try_with_sql(&text)
        .map_err(|error| reader.syntax_error(&error))?;
    let expression = parser
        .parse_expr()
        .map_err(|error| reader.syntax_error(&error))?;
    let rest = parser.peek_token();
    if rest.token != Token::EOF {
        let place = reader.place(rest.span);
        let found = rest.token.to_string();
        if reader.is_keyword_before(rest.span) {
            return Err(nested_too_deep(&place));
        }
        let instead = instead_of(&found).unwrap_or("one expression and nothing after it");
        return Err(place.error(format!("`{found}` does not belong here"), instead));
    }
    reader.copy(&expression, 0)
}

struct Reader<'a> {
    lines: &'a [Word],
    /// Nodes copied so far: `BETWEEN` and `IN` copy their operand, so that the
    /// tree can be larger than the text.
    nodes: Cell<usize>,
}

impl Reader<'_> {
    fn copy(&self, expression: &Expr, depth: usize) -> Result<Ast, Diagnostic> {
        let place = self.place(expression.span());
        self.nodes.set(self.nodes.get() + 1);
        if depth > NESTING_MAX || self.nodes.get() > EXPRESSION_NODES_MAX {
            return Err(place.error(
                "the formula is too deep or too long",
                "name its inner parts as variables",
            ));
        }
        let inner = |part: &Expr| self.copy(part, depth + 1).map(Box::new);
        let form = match expression {
            Expr::Nested(part) => return self.copy(part, depth + 1),
            Expr::Value(value) => self.value(&value.value, &place)?,
            Expr::TypedString(typed) if matches!(typed.data_type, DataType::Date) => {
                let Value::SingleQuotedString(text) = &typed.value.value else {
                    return Err(self.refused(&place));
                };
                Form::Date(text.clone())
            }
            Expr::Identifier(name) => Form::Name(vec![self.name(name)?]),
            Expr::CompoundIdentifier(names) => {
                let names = names.iter().map(|name| self.name(name));
                Form::Name(names.collect::<Result<_, _>>()?)
            }
            Expr::UnaryOp {
                op: UnaryOperator::Not,
                expr,
            } => Form::Not(inner(expr)?),
            Expr::UnaryOp {
                op: UnaryOperator::Minus,
                expr,
            } => Form::Minus(inner(expr)?),
            Expr::BinaryOp { left, op, right } => {
                let operator = operator(op).ok_or_else(|| self.refused(&place))?;
                Form::Binary(operator, inner(left)?, inner(right)?)
            }
            Expr::Between {
                expr,
                negated,
                low,
                high,
            } => negated_if(*negated, self.between(expr, low, high, depth)?),
            Expr::InList {
                expr,
                list,
                negated,
            } => {
                let any = self
                    .in_list(expr, list, depth)?
                    .ok_or_else(|| self.refused(&place))?;
                negated_if(*negated, any)
            }
            Expr::Case {
                operand: None,
                conditions,
                else_result: Some(otherwise),
                ..
            } => self.case(conditions, otherwise, depth)?,
            Expr::Case { .. } => {
                return Err(place.error(
                    "this CASE is not allowed",
                    "CASE WHEN condition THEN value ELSE value END",
                ));
            }
            Expr::Function(function) => {
                let form = self.call(function, &place, depth)?;
                let place = closed(place);
                return Ok(Ast { form, place });
            }
            _ => return Err(self.refused(&place)),
        };
        Ok(Ast { form, place })
    }

    /// `x between a and b` is `x >= a and x <= b`.
    fn between(
        &self,
        one: &Expr,
        low: &Expr,
        high: &Expr,
        depth: usize,
    ) -> Result<Ast, Diagnostic> {
        let inner = |part: &Expr| self.copy(part, depth + 1).map(Box::new);
        Ok(joined(
            Operator::And,
            compared(Comparison::AtLeast, inner(one)?, inner(low)?),
            compared(Comparison::AtMost, inner(one)?, inner(high)?),
        ))
    }

    /// `x in (a, b)` is `x = a or x = b`.
    fn in_list(&self, one: &Expr, list: &[Expr], depth: usize) -> Result<Option<Ast>, Diagnostic> {
        let mut any: Option<Ast> = None;
        for item in list {
            let (left, right) = (self.copy(one, depth + 1)?, self.copy(item, depth + 1)?);
            let equal = compared(Comparison::Equal, Box::new(left), Box::new(right));
            any = Some(match any {
                None => equal,
                Some(before) => joined(Operator::Or, before, equal),
            });
        }
        Ok(any)
    }

    fn case(&self, arms: &[CaseWhen], otherwise: &Expr, depth: usize) -> Result<Form, Diagnostic> {
        let mut copied = Vec::with_capacity(arms.len());
        for arm in arms {
            copied.push((
                self.copy(&arm.condition, depth + 1)?,
                self.copy(&arm.result, depth + 1)?,
            ));
        }
        Ok(Form::Case(
            copied,
            Box::new(self.copy(otherwise, depth + 1)?),
        ))
    }

    fn call(&self, function: &Function, place: &Place, depth: usize) -> Result<Form, Diagnostic> {
        let name = function.name.0.first().and_then(|part| part.as_ident());
        let plain = function.over.is_none()
            && function.null_treatment.is_none()
            && function.within_group.is_empty()
            && function.name.0.len() == 1
            && matches!(function.parameters, FunctionArguments::None);
        let (Some(name), true, FunctionArguments::List(list)) = (name, plain, &function.args)
        else {
            return Err(self.refused(place));
        };
        let arguments = self.arguments(list, place, depth)?;
        let filter = match &function.filter {
            Some(filter) => Some(Box::new(self.copy(filter, depth + 1)?)),
            None => None,
        };
        Ok(Form::Call {
            name: name.value.to_ascii_lowercase(),
            arguments,
            filter,
        })
    }

    fn arguments(
        &self,
        list: &FunctionArgumentList,
        place: &Place,
        depth: usize,
    ) -> Result<Vec<Ast>, Diagnostic> {
        if list.duplicate_treatment.is_some() || !list.clauses.is_empty() {
            return Err(self.refused(place));
        }
        let mut arguments = Vec::with_capacity(list.args.len());
        for argument in &list.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(part)) => {
                    arguments.push(self.copy(part, depth + 1)?)
                }
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => {
                    return Err(place.error(
                        "`*` does not say what is counted",
                        "count(member) or count(vehicle)",
                    ));
                }
                _ => return Err(self.refused(place)),
            }
        }
        Ok(arguments)
    }

    fn value(&self, value: &Value, place: &Place) -> Result<Form, Diagnostic> {
        match value {
            Value::Number(digits, false) => Ok(Form::Number(digits.clone())),
            Value::SingleQuotedString(code) => Ok(Form::Code(code.clone())),
            Value::Boolean(truth) => Ok(Form::YesNo(*truth)),
            Value::Null => Err(place.error(
                "NULL is not a value here: what is unknown is found out by the engine",
                "leave it out; an unknown fact makes the condition unknown by itself",
            )),
            _ => Err(self.refused(place)),
        }
    }

    fn name(&self, ident: &Ident) -> Result<String, Diagnostic> {
        let place = || self.place(ident.span);
        if let Some((why, instead)) = name_fault(&ident.value) {
            return Err(place().error(why, instead));
        }
        if ident.quote_style.is_some() {
            return Err(place().error("a name stands without quotes", ident.value.clone()));
        }
        Ok(ident.value.clone())
    }

    /// Does a word stand before this that is no name? The parser takes it for one where the
    /// nesting leaves its limit.
    fn is_keyword_before(&self, span: Span) -> bool {
        let line = span.start.line.saturating_sub(1) as usize;
        let before = self.lines.get(line).map(|word| word.text.chars());
        let before: String = before
            .into_iter()
            .flatten()
            .take(span.start.column.saturating_sub(1) as usize)
            .collect();
        let last = before.split_whitespace().next_back().unwrap_or("");
        ["not", "case"]
            .iter()
            .any(|word| last.eq_ignore_ascii_case(word))
    }

    fn refused(&self, place: &Place) -> Diagnostic {
        place.error(
            "the rule language does not have this",
            format!("use only: {CLOSED_LIST}"),
        )
    }

    /// A place inside the expression becomes a place in the file.
    fn place(&self, span: Span) -> Place {
        let line = span.start.line.saturating_sub(1) as usize;
        let Some(word) = self.lines.get(line).filter(|_| span.start.line > 0) else {
            return self.lines[0].place.clone();
        };
        let offset = u32::try_from(span.start.column.saturating_sub(1)).unwrap_or(0);
        let same_line = span.end.line == span.start.line;
        let end = if same_line {
            u32::try_from(span.end.column).unwrap_or(0)
        } else {
            word.place.width + 1
        };
        let width = end.saturating_sub(offset + 1).max(1);
        word.place.narrowed(word.place.column + offset, width)
    }

    /// The parser tells the place of a syntax error at the end of its message.
    fn syntax_error(&self, error: &ParserError) -> Diagnostic {
        let message = match error {
            ParserError::RecursionLimitExceeded => {
                return nested_too_deep(&self.lines[0].place);
            }
            ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
        };
        let (words, place) = match message.rsplit_once(" at Line: ") {
            Some((words, tail)) => {
                let mut numbers = tail
                    .split(", Column: ")
                    .map(|digits| digits.trim().parse::<u64>().unwrap_or(1));
                let line = numbers.next().unwrap_or(1);
                let column = numbers.next().unwrap_or(1);
                let at = sqlparser::tokenizer::Location { line, column };
                (words, self.place(Span { start: at, end: at }))
            }
            None => (message.as_str(), self.lines[0].place.clone()),
        };
        let (expected, found) = words.split_once(", found: ").unwrap_or((words, ""));
        if found == "EOF" {
            return ended(&place, expected);
        }
        let closed = || format!("use only: {CLOSED_LIST}");
        place.error(
            format!("this is not an expression: {words}"),
            instead_of(found).map_or_else(closed, str::to_owned),
        )
    }
}

fn nested_too_deep(place: &Place) -> Diagnostic {
    place.error(
        "the formula is nested too deep",
        "name its inner parts as variables",
    )
}

/// The formula stops before it is whole.
fn ended(place: &Place, expected: &str) -> Diagnostic {
    match expected.contains(')') {
        true => place.error("a bracket of this formula is not closed", "`)` at its end"),
        false => place.error(
            "this formula ends where something more must follow",
            "a value after the last word, or leave that word out",
        ),
    }
}

/// What is written for a sign that books and word processors have and the language has not.
fn instead_of(sign: &str) -> Option<&'static str> {
    Some(match sign.chars().next()? {
        '≤' => "`<=`",
        '≥' => "`>=`",
        '≠' | '!' => "`<>`",
        '×' | '·' => "`*`",
        '÷' | ':' => "`/`",
        '−' | '–' | '—' => "`-`",
        '“' | '”' | '„' | '‘' | '’' | '«' | '»' => "a code in straight quotes: 'child'",
        '&' => "`and`",
        '|' => "`or`",
        _ => return None,
    })
}

/// The parser's span of a call ends before its last bracket.
fn closed(place: Place) -> Place {
    let after = (place.column + place.width).saturating_sub(1) as usize;
    if place.text.chars().nth(after) == Some(')') {
        let width = place.width + 1;
        return Place { width, ..place };
    }
    place
}

fn operator(op: &BinaryOperator) -> Option<Operator> {
    Some(match op {
        BinaryOperator::Plus => Operator::Add,
        BinaryOperator::Minus => Operator::Subtract,
        BinaryOperator::Multiply => Operator::Multiply,
        BinaryOperator::Divide => Operator::Divide,
        BinaryOperator::And => Operator::And,
        BinaryOperator::Or => Operator::Or,
        BinaryOperator::Lt => Operator::Compare(Comparison::Less),
        BinaryOperator::LtEq => Operator::Compare(Comparison::AtMost),
        BinaryOperator::Eq => Operator::Compare(Comparison::Equal),
        BinaryOperator::NotEq => Operator::Compare(Comparison::Unequal),
        BinaryOperator::GtEq => Operator::Compare(Comparison::AtLeast),
        BinaryOperator::Gt => Operator::Compare(Comparison::Greater),
        _ => return None,
    })
}

fn compared(comparison: Comparison, left: Box<Ast>, right: Box<Ast>) -> Ast {
    let place = left.place.clone();
    Ast {
        form: Form::Binary(Operator::Compare(comparison), left, right),
        place,
    }
}

fn joined(operator: Operator, left: Ast, right: Ast) -> Ast {
    let place = left.place.clone();
    Ast {
        form: Form::Binary(operator, Box::new(left), Box::new(right)),
        place,
    }
}

fn negated_if(negated: bool, whole: Ast) -> Form {
    if negated {
        Form::Not(Box::new(whole))
    } else {
        whole.form
    }
}
