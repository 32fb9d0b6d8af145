mock_resource "random_string" {
  defaults = { result = "abc123" }
}

mock_resource "random_uuid" {
  defaults = { result = "00000000-0000-4000-8000-000000000006" }
}
