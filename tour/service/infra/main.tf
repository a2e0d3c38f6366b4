# The production environment, as far as this tour needs one: replacing it is a real replace.
variable "release" {
  default = "3.4.1"
}

resource "terraform_data" "cost_explorer_prod_database" {
  input            = "line items of all customers"
  triggers_replace = "database-1"
}

resource "terraform_data" "cost_explorer_prod" {
  input            = terraform_data.cost_explorer_prod_database.output
  triggers_replace = var.release
}
