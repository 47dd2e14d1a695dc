//! What stands where: blocks go down the page and over to the next, a table takes its head along.

use super::font::Ruler;
use super::lines::lines;
use super::words::{Grid, Part, Written};

/// A4, in points.
pub const WIDTH: f32 = 595.28;
pub const HEIGHT: f32 = 841.89;
const LEFT: f32 = 48.0;
const TOP: f32 = 52.0;
const BOTTOM: f32 = 56.0;
const ROOM: f32 = WIDTH - 2.0 * LEFT;
const BODY: f32 = 10.5;
const SMALL: f32 = 9.0;
/// Between the lines of a cell.
const LEADING: f32 = 15.0;
/// The width that a head may ask for its column.
const HEAD: f32 = BODY * 5.0;
/// Between a cell's text and its rules.
const PAD: f32 = 5.0;

/// What a text is for a screen reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Title,
    Heading,
    Paragraph,
    Note,
    Table,
    Caption,
    Head,
    Body,
    Foot,
    Row,
    HeadCell,
    RowHead,
    Cell,
}

/// A node of what the document says, with those below it in their order.
#[derive(Debug)]
pub struct Node {
    pub kind: Kind,
    pub below: Vec<usize>,
}

/// Something on a page.
#[derive(Debug)]
pub enum Item {
    /// A line of a text; without a node it is decoration.
    Text { x: f32, baseline: f32, size: f32, text: String, node: Option<usize> },
    /// A rule.
    Line { x: f32, y: f32, width: f32, strong: bool },
    /// A grey ground.
    Ground { x: f32, y: f32, width: f32, height: f32 },
}

/// A document on its pages.
pub struct Laid {
    pub pages: Vec<Vec<Item>>,
    pub nodes: Vec<Node>,
    /// The nodes of the first level.
    pub top: Vec<usize>,
    /// Titles and headings, in order.
    pub headings: Vec<Heading>,
}

/// A title or heading, for those who go from one to the next.
#[derive(Debug)]
pub struct Heading {
    pub node: usize,
    pub text: String,
    pub page: usize,
    pub y: f32,
}

/// The most pages of a document.
const PAGES: usize = 300;

/// Lays a document out.
///
/// # Errors
/// When it has too many pages.
pub fn layout(written: &Written, ruler: &Ruler<'_>) -> Result<Laid, String> {
    let mut to = Layout {
        ruler,
        pages: vec![Vec::new()],
        y: TOP,
        nodes: Vec::new(),
        top: Vec::new(),
        headings: Vec::new(),
    };
    to.heading(Kind::Title, &written.title, (18.0, 26.0));
    for line in &written.under {
        let node = to.node(Kind::Paragraph, None);
        to.text(line, SMALL, 14.0, node);
    }
    to.y += 10.0;
    for part in &written.blocks {
        to.part(part);
        if to.pages.len() > PAGES {
            return Err(format!("the document has more than {PAGES} pages"));
        }
    }
    let count = to.pages.len();
    for (at, page) in to.pages.iter_mut().enumerate() {
        let number = format!("{} / {count}", at + 1);
        let y = HEIGHT - 30.0;
        page.push(Item::Line { x: LEFT, y: y - 14.0, width: ROOM, strong: false });
        let text = ruler.shown(&written.from);
        page.push(Item::Text { x: LEFT, baseline: y, size: 8.0, text, node: None });
        let x = WIDTH - LEFT - ruler.width(&number, 8.0);
        page.push(Item::Text { x, baseline: y, size: 8.0, text: number, node: None });
    }
    Ok(Laid { pages: to.pages, nodes: to.nodes, top: to.top, headings: to.headings })
}

struct Layout<'f> {
    ruler: &'f Ruler<'f>,
    pages: Vec<Vec<Item>>,
    y: f32,
    nodes: Vec<Node>,
    top: Vec<usize>,
    headings: Vec<Heading>,
}

impl Layout<'_> {
    fn put(&mut self, item: Item) {
        if let Some(page) = self.pages.last_mut() {
            page.push(item);
        }
    }

    /// Goes to the next page when there is no room for so much.
    fn room(&mut self, height: f32) -> bool {
        if self.y + height <= HEIGHT - BOTTOM || self.y <= TOP {
            return false;
        }
        self.pages.push(Vec::new());
        self.y = TOP;
        true
    }

    fn node(&mut self, kind: Kind, above: Option<usize>) -> usize {
        let id = self.nodes.len();
        self.nodes.push(Node { kind, below: Vec::new() });
        match above {
            Some(above) => self.nodes[above].below.push(id),
            None => self.top.push(id),
        }
        id
    }

    fn heading(&mut self, kind: Kind, text: &str, (size, leading): (f32, f32)) {
        let node = self.node(kind, None);
        let (page, y) = (self.pages.len() - 1, self.y);
        self.headings.push(Heading { node, text: self.ruler.shown(text), page, y });
        self.text(text, size, leading, node);
    }

    /// A text over the whole width.
    fn text(&mut self, text: &str, size: f32, leading: f32, node: usize) {
        self.lines_at(text, (LEFT, ROOM), (size, leading), node);
    }

    fn lines_at(
        &mut self,
        text: &str,
        (x, width): (f32, f32),
        (size, leading): (f32, f32),
        node: usize,
    ) {
        let text = self.ruler.shown(text);
        for line in lines(self.ruler, &text, size, width) {
            self.room(leading);
            self.y += leading;
            let baseline = self.y - (leading - size) / 2.0 - size * 0.12;
            self.put(Item::Text { x, baseline, size, text: line, node: Some(node) });
        }
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Heading(text) => {
                self.y += 8.0;
                // Not alone at the foot of a page.
                self.room(60.0);
                self.heading(Kind::Heading, text, (13.0, 20.0));
                self.y += 4.0;
            }
            Part::Paragraph(text) => {
                let node = self.node(Kind::Paragraph, None);
                self.text(text, BODY, 17.0, node);
                self.y += 6.0;
            }
            Part::Note(text) => {
                let node = self.node(Kind::Note, None);
                self.y += 4.0;
                self.lines_at(text, (LEFT + 10.0, ROOM - 10.0), (SMALL, 14.0), node);
                self.y += 6.0;
            }
            Part::Figures(figures) => {
                let grid = Grid {
                    caption: String::new(),
                    heads: Vec::new(),
                    ends: vec![false, true],
                    rows: figures
                        .iter()
                        .map(|(what, how)| vec![what.clone(), how.clone()])
                        .collect(),
                    foot: None,
                };
                self.table(&grid);
            }
            Part::Table(grid) => self.table(grid),
        }
    }

    fn table(&mut self, grid: &Grid) {
        let table = self.node(Kind::Table, None);
        if !grid.caption.is_empty() {
            let caption = self.node(Kind::Caption, Some(table));
            self.room(70.0);
            self.text(&grid.caption, SMALL, 16.0, caption);
        }
        let widths = self.widths(grid);
        let headed = !grid.heads.is_empty();
        if headed {
            let head = self.node(Kind::Head, Some(table));
            self.row(&grid.heads, grid, &widths, Of::Head(Some(head)));
        }
        let body = self.node(Kind::Body, Some(table));
        for row in &grid.rows {
            if self.pages.len() > PAGES {
                return;
            }
            let height = self.height(row, &widths);
            if self.room(height) && headed {
                self.row(&grid.heads, grid, &widths, Of::Head(None));
            }
            self.row(row, grid, &widths, Of::Row(body));
        }
        if let Some(foot) = &grid.foot {
            let node = self.node(Kind::Foot, Some(table));
            let height = self.height(foot, &widths);
            if self.room(height) && headed {
                self.row(&grid.heads, grid, &widths, Of::Head(None));
            }
            self.row(foot, grid, &widths, Of::Foot(node));
        }
        self.y += 12.0;
    }

    /// Each column as wide as its widest cell, and all of them as wide as the page: what is left over goes
    /// to the columns of texts, what is too much is taken from the widest.
    fn widths(&self, grid: &Grid) -> Vec<f32> {
        let count = grid.ends.len();
        let mut widths = vec![0.0f32; count];
        let longest = |cell: &String| {
            cell.split('\n').map(|line| self.ruler.width(line, BODY)).fold(0.0, f32::max)
        };
        for row in grid.rows.iter().chain(&grid.foot) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = width.max(longest(cell));
            }
        }
        // Heads may go over several lines.
        for (width, head) in widths.iter_mut().zip(&grid.heads) {
            *width = width.max(longest(head).min(HEAD));
        }
        for width in &mut widths {
            *width += 2.0 * PAD + 1.0;
        }
        let total: f32 = widths.iter().sum();
        if total <= ROOM {
            let all_end = !grid.ends.contains(&false);
            let texts = grid.ends.iter().filter(|end| all_end || !**end).count();
            let more = (ROOM - total) / texts as f32;
            for (width, end) in widths.iter_mut().zip(&grid.ends) {
                *width += if !*end || all_end { more } else { 0.0 };
            }
            return widths;
        }
        // The narrow ones keep their width.
        let mut left = ROOM;
        let mut open: Vec<usize> = (0..count).collect();
        loop {
            let share = left / open.len() as f32;
            let (narrow, wide): (Vec<usize>, Vec<usize>) =
                open.iter().partition(|at| widths[**at] <= share);
            if narrow.is_empty() || wide.is_empty() {
                for at in open {
                    widths[at] = share;
                }
                return widths;
            }
            left -= narrow.iter().map(|at| widths[*at]).sum::<f32>();
            open = wide;
        }
    }

    fn cell(&self, cell: &str, width: f32) -> Vec<String> {
        lines(self.ruler, &self.ruler.shown(cell), BODY, width - 2.0 * PAD)
    }

    fn height(&self, row: &[String], widths: &[f32]) -> f32 {
        let count = |(cell, width): (&String, &f32)| self.cell(cell, *width).len();
        let most = row.iter().zip(widths).map(count).max().unwrap_or(1);
        most as f32 * LEADING + 2.0 * PAD - 2.0
    }

    /// A row; one that is higher than the page goes on on the next.
    fn row(&mut self, row: &[String], grid: &Grid, widths: &[f32], of: Of) {
        let above = match of {
            Of::Head(above) => above,
            Of::Row(above) | Of::Foot(above) => Some(above),
        };
        let line = above.map(|above| self.node(Kind::Row, Some(above)));
        let cells: Vec<(Vec<String>, Option<usize>)> = row
            .iter()
            .zip(widths)
            .enumerate()
            .map(|(at, (cell, width))| {
                let kind = match of {
                    Of::Head(_) => Kind::HeadCell,
                    _ if at == 0 => Kind::RowHead,
                    _ => Kind::Cell,
                };
                (self.cell(cell, *width), line.map(|line| self.node(kind, Some(line))))
            })
            .collect();
        let most = cells.iter().map(|(lines, _)| lines.len()).max().unwrap_or(1);
        let mut done = 0;
        while done < most && self.pages.len() <= PAGES {
            let left = (HEIGHT - BOTTOM - self.y - 2.0 * PAD + 2.0) / LEADING;
            let fit = (left.max(1.0) as usize).min(most - done);
            self.part_of_row(&cells, (done, fit), (grid, widths), of);
            done += fit;
            if done < most {
                self.pages.push(Vec::new());
                self.y = TOP;
            }
        }
    }

    /// So many lines of a row's cells.
    fn part_of_row(
        &mut self,
        cells: &[(Vec<String>, Option<usize>)],
        (done, fit): (usize, usize),
        (grid, widths): (&Grid, &[f32]),
        of: Of,
    ) {
        let (top, height) = (self.y, fit as f32 * LEADING + 2.0 * PAD - 2.0);
        if !matches!(of, Of::Row(_)) {
            self.put(Item::Ground { x: LEFT, y: top, width: ROOM, height });
        }
        let mut x = LEFT;
        for (at, ((lines, node), width)) in cells.iter().zip(widths).enumerate() {
            let mut y = top + PAD - 1.0;
            for text in lines.iter().skip(done).take(fit) {
                y += LEADING;
                let wide = self.ruler.width(text, BODY);
                let at_end = grid.ends.get(at).copied().unwrap_or(false);
                let x = if at_end { x + width - PAD - wide } else { x + PAD };
                let (text, node) = (text.clone(), *node);
                self.put(Item::Text { x, baseline: y - 3.5, size: BODY, text, node });
            }
            x += width;
        }
        self.y = top + height;
        let strong = !matches!(of, Of::Row(_));
        self.put(Item::Line { x: LEFT, y: self.y, width: ROOM, strong });
    }
}

/// Which part of a table a row is of; a head that is repeated has no node.
#[derive(Clone, Copy)]
enum Of {
    Head(Option<usize>),
    Row(usize),
    Foot(usize),
}
