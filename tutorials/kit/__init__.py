"""Kit of the lessons: texts in two languages, exercises, and a checker that names the mistake."""
