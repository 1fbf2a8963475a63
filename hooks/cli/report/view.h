// What an audit found, told once. Each kind of audit builds one (report/*_view.cc); text, HTML page
// and JUnit XML are written from it (report.h), and every format tells all of it.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace recveil::cli {

// How a finding reads: its colour on a page, and the result of its test case.
enum class Tone { plain, clear, unsettled, leak };

struct Cell {
  Cell(std::string cell_text, std::string cell_detail = {}, Tone cell_tone = Tone::plain)
      : text(std::move(cell_text)), detail(std::move(cell_detail)), tone(cell_tone) {}
  Cell(const char *cell_text) : text(cell_text) {}

  // Both, for a line of text.
  std::string whole() const { return detail.empty() ? text : text + " (" + detail + ")"; }

  std::string text;
  std::string detail;  // an interval or a remark; may be empty
  Tone tone = Tone::plain;
};

struct Row {
  std::vector<Cell> cells;  // one a column, the first names the row
  std::string test = {};    // the name of its test case; empty: it is none
  Tone outcome = Tone::plain;
};

struct Table {
  Table(const char *table_id, const char *table_title, std::string table_caption,
        std::vector<std::string> names)
      : id(table_id),
        title(table_title),
        caption(std::move(table_caption)),
        columns(std::move(names)) {}

  void add(std::vector<Cell> cells, std::string test = {}, Tone outcome = Tone::plain) {
    rows.push_back({std::move(cells), std::move(test), outcome});
  }

  std::string id, title, caption;
  std::vector<std::string> columns;
  std::vector<Row> rows;
};

// Text, not markup.
struct ReportView {
  std::string audit;     // "membership"
  std::string question;  // that it answers
  std::string audited;   // what was audited, in a line
  Tone verdict = Tone::unsettled;
  std::string title;              // the verdict in a few words
  std::vector<std::string> says;  // paragraphs; the first is for somebody who reads nothing else
  std::string not_says;
  std::vector<std::string> warnings, notes, blind_spots;
  std::vector<Table> tables;
  std::vector<std::pair<std::string, std::string>> run;  // data, settings, sizes, times, version
  double seconds = 0;

  // A table without rows has nothing to tell.
  void add(Table table) {
    if (!table.rows.empty()) tables.push_back(std::move(table));
  }
};

}  // namespace recveil::cli
