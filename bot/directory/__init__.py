"""The directory of services and the dated facts: reads flows/directory/, finds, and makes cards."""
