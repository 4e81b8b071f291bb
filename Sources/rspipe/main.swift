print("rspipe")
